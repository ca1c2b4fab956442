//! Text of servers that don't write UTF-8, or begin with a mark.
//!
//! JSON is UTF-8 by its own standard (RFC 8259, 8.1), and servers write it otherwise all the same.
//! What a text is written in, its `content-type` says, or the mark that it begins with; so
//! connectors are spared it, in whatever language they are.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// A text in UTF-8 and without a mark; `None` where it is that already, is none, or is not what it
/// says that it is. `kind` is its `content-type`.
pub(super) fn in_utf8(kind: Option<&str>, body: &[u8]) -> Option<String> {
    if !kind.is_none_or(is_text) {
        return None;
    }
    let marked = Encoding::for_bom(body);
    let (encoding, mark) = match (marked, kind.and_then(charset)) {
        (Some((encoding, mark)), _) => (encoding, mark),
        (None, Some(encoding)) if encoding != UTF_8 => (encoding, 0),
        (None, _) => return None,
    };
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(body.get(mark..)?);
    decoded.map(Cow::into_owned)
}

/// A `content-type` as it is once its text is in UTF-8.
pub(super) fn kind_in_utf8(kind: &str) -> String {
    let essence = kind.split(';').next().unwrap_or_default().trim_end();
    format!("{essence}; charset=utf-8")
}

fn is_text(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((whole, part)) = essence.split_once('/') else { return false };
    let is_written = |form: &str| {
        let after = part.strip_suffix(form);
        after.is_some_and(|before| before.is_empty() || before.ends_with('+'))
    };
    whole == "text" || is_written("json") || is_written("xml") || part == "x-ndjson"
}

fn charset(kind: &str) -> Option<&'static Encoding> {
    let parameters = kind.split(';').skip(1).filter_map(|it| it.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let (_, label) = charsets.next()?;
    Encoding::for_label(label.trim().trim_matches('"').as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_it_says_that_it_is_written() {
        let utf16: Vec<u8> = "\u{feff}Ä".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (kind, body, expected) in [
            (Some("application/json"), &b"{}"[..], None),
            (Some("application/json; charset=utf-8"), "Ä".as_bytes(), None),
            (Some("application/json"), b"\xef\xbb\xbf{}", Some("{}")),
            (Some("application/fhir+json; charset=UTF-8"), b"\xef\xbb\xbf{}", Some("{}")),
            (None, b"\xef\xbb\xbf{}", Some("{}")),
            (Some("application/json;charset=ISO-8859-1"), b"\"\xc4\"", Some("\"Ä\"")),
            (Some("application/fhir+json; Charset=\"windows-1252\""), b"\x80", Some("€")),
            (Some("text/csv; header=present; charset=latin1"), b"\xe9", Some("é")),
            (Some("application/hl7-v2+xml; charset=iso-8859-15"), b"\xa4", Some("€")),
            (Some("application/json; charset=utf-16"), &utf16, Some("Ä")),
            (Some("application/json; charset=shift_jis"), b"\xff", None),
            (Some("application/json; charset=unheard-of"), b"\xc4", None),
            // What is no text is nobody's to change.
            (Some("application/octet-stream"), b"\xef\xbb\xbf{}", None),
            (Some("image/jpeg; charset=latin1"), b"\xc4", None),
            (Some("application/pdf"), b"\xef\xbb\xbf", None),
        ] {
            let text = in_utf8(kind, body);
            assert_eq!(text.as_deref(), expected, "{kind:?} {body:?}");
        }
        assert_eq!(kind_in_utf8("text/csv ; charset=latin1"), "text/csv; charset=utf-8");
    }
}
