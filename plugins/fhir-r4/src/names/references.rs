//! References where they stand in a resource's text, at whatever depth.

use std::{borrow::Cow, ops::Range};

/// What names one.
const NAME: &str = "\"reference\"";

/// Every `reference` in a resource's text: where it stands, without its quotes, and what it says.
pub(super) fn all(resource: &str) -> impl Iterator<Item = (Range<usize>, Cow<'_, str>)> {
    resource.match_indices(NAME).filter_map(|(at, _)| {
        let rest = resource.get(at + NAME.len()..)?;
        let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        let begin = resource.len() - value.len();
        let length = length(value)?;
        let raw = value.get(..length)?;
        let text = match raw.contains('\\') {
            // Some write `https:\/\/`.
            true => Cow::Owned(serde_json::from_str(&format!("\"{raw}\"")).ok()?),
            false => Cow::Borrowed(raw),
        };
        Some((begin..begin + length, text))
    })
}

/// How long a text is until the quote that ends it.
fn length(value: &str) -> Option<usize> {
    let mut is_escaped = false;
    value.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}
