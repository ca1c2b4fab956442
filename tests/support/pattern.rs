//! Texts of which a part cannot be known before, as a port.

/// Whether a text is this one, in which `*` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => {
            let rest = text.strip_prefix(head).unwrap_or_default();
            let starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            text.starts_with(head) && starts.into_iter().any(|at| fits(tail, &rest[at..]))
        }
    }
}

/// Says what the text is instead.
#[track_caller]
pub(crate) fn assert_fits(pattern: &str, text: &str) {
    assert!(fits(pattern, text), "\nexpected {pattern}\nfound    {text}");
}

#[test]
fn a_star_stands_for_anything() {
    for (pattern, text, expected) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "ab", true),
        ("a*", "ba", false),
        ("*:*: broken", "127.0.0.1:80: broken", true),
        ("page * of *", "page 7 of", false),
        ("*ü*", "üü", true),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
}
