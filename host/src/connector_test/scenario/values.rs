//! Where two JSON values differ.

use super::difference::{Difference, Place};
use crate::connector_test::json::{Json, differ::differences};

/// Differences of one value that are told one by one.
const TOLD: usize = 12;
/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// A payload is bytes: equal values in another form are a difference as well.
pub(super) fn payload(place: &Place, expected: &Json, payload: &str) -> Vec<Difference> {
    let text = expected.compact();
    if text == payload {
        return Vec::new();
    }
    let Ok(got) = Json::parse(payload) else { return vec![place.note("the payload is no JSON")] };
    let found = values(place, expected, &got);
    if !found.is_empty() {
        return found;
    }
    if got.compact() == text {
        return vec![
            place.note("there is white space between the payload's parts; write compact JSON"),
        ];
    }
    let same = text.bytes().zip(payload.bytes()).take_while(|(left, right)| left == right).count();
    let mut difference = place.differs(around(&text, same), around(payload, same));
    difference.note =
        Some(format!("the same values in another order or form, from byte {same} on"));
    vec![difference]
}

/// Some of a text around a byte.
fn around(text: &str, byte: usize) -> String {
    let from = text.floor_char_boundary(byte.saturating_sub(20));
    let until = text.floor_char_boundary(byte.saturating_add(40));
    text.get(from..until).map(|part| format!("…{part}…")).unwrap_or_default()
}

/// Where two values differ.
pub(super) fn values(place: &Place, expected: &Json, got: &Json) -> Vec<Difference> {
    let (found, more) = differences(expected, got, TOLD);
    let said = |value: Option<&Json>| Some(value.map_or_else(|| "nothing".into(), shown));
    let mut told: Vec<_> = found
        .iter()
        .map(|it| place.within(&it.path).difference(said(it.left), said(it.right)))
        .collect();
    if more > 0 {
        told.push(place.note(format!("and {more} more")));
    }
    told
}

/// A value in one line that is not too long.
pub(super) fn shown(value: &Json) -> String {
    let text = value.compact();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
