//! XML and HTML: the names of elements and attributes stay, what they hold is replaced.

/// A document with every text and every attribute's value replaced, by the key that holds it: the
/// element, or the attribute; for an attribute `value`, as FHIR has them, the element.
pub(super) fn replaced(text: &str, replace: &mut impl FnMut(&str, &str) -> String) -> String {
    let (mut out, mut rest, mut element) = (String::new(), text, String::new());
    while let Some((held, tag, after)) = next_tag(rest) {
        out.push_str(&content(&element, held, replace));
        element = name(tag).to_owned();
        out.push_str(&attributes(tag, &element, replace));
        rest = after;
    }
    out.push_str(&content(&element, rest, replace));
    out
}

/// What stands before the next tag, the tag, and what follows it.
fn next_tag(text: &str) -> Option<(&str, &str, &str)> {
    let begins = |at: &usize| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|letter| letter.is_ascii_alphabetic() || "/!?".contains(letter))
    };
    let open = text.match_indices('<').map(|(at, _)| at).find(begins)?;
    let (held, rest) = text.split_at(open);
    let (tag, after) = rest.split_at(rest.find('>')? + 1);
    Some((held, tag, after))
}

fn content(element: &str, held: &str, replace: &mut impl FnMut(&str, &str) -> String) -> String {
    if held.trim().is_empty() {
        held.to_owned()
    } else {
        escape(&replace(element, &unescape(held)))
    }
}

const ENTITIES: [(&str, &str); 5] =
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];

fn unescape(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

fn escape(text: &str) -> String {
    ENTITIES
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(letter, entity))
}

/// The name of a tag's element, without its namespace.
fn name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let name = name.split(|letter: char| letter.is_whitespace() || "/>".contains(letter)).next();
    let name = name.unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

fn attributes(tag: &str, element: &str, replace: &mut impl FnMut(&str, &str) -> String) -> String {
    if tag.starts_with("<?xml ") {
        return tag.to_owned();
    }
    if tag.starts_with("<!") || tag.starts_with("<?") {
        // Comments and the like: nobody reads them.
        return String::new();
    }
    let (mut out, mut rest) = (String::new(), tag);
    while let Some((before, quote, value, after)) = next_value(rest) {
        let attribute = before.trim_end().trim_end_matches('=').rsplit(char::is_whitespace).next();
        let attribute = attribute.unwrap_or_default();
        let value = match attribute {
            _ if attribute.starts_with("xmlns") => value.to_owned(),
            "value" => content(element, value, replace),
            _ => content(attribute, value, replace),
        };
        out.push_str(&unquoted(before, replace));
        out.push_str(&format!("{quote}{value}{quote}"));
        rest = after;
    }
    out.push_str(&unquoted(rest, replace));
    out
}

/// What stands before the next value between quotes, the quote, the value, and what follows.
fn next_value(tag: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, quoted) = tag.split_at(tag.find(['"', '\''])?);
    let (quote, rest) = quoted.split_at_checked(1)?;
    let (value, after) = rest.split_once(quote)?;
    Some((before, quote, value, after))
}

/// A tag's text between quotes; a value that has none is replaced.
fn unquoted(text: &str, replace: &mut impl FnMut(&str, &str) -> String) -> String {
    let mut parts = text.split('=');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}={}", content("", part, replace)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_holds_is_replaced_by_its_key() {
        let mut replace = |key: &str, text: &str| format!("[{key}|{}]", text.len());
        for (text, expected) in [
            ("<a/>", "<a/>"),
            ("<a>x y</a>\n", "<a>[a|3]</a>\n"),
            (r#"<f:id value="7"/>"#, r#"<f:id value="[id|1]"/>"#),
            (
                r#"<p xmlns="urn:x" name='G' b="c">"#,
                r#"<p xmlns="urn:x" name='[name|1]' b="[b|1]">"#,
            ),
            ("<?xml version=\"1.0\"?><!-- Grace --><a>", "<?xml version=\"1.0\"?><a>"),
            ("<a>1 &lt; 2 < 3", "<a>[a|9]"),
            ("<a b=c d>", "<a b=[|4]"),
        ] {
            assert_eq!(replaced(text, &mut replace), expected, "{text}");
        }
    }
}
