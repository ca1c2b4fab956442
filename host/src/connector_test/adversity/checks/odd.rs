//! Records as no documentation shows them: each field in turn missing, null, or of another type.

use std::fmt;

use serde_json::{Value, json};

use super::super::json::{self, Path};

/// How many places of one record are tried.
const PLACES: usize = 300;

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    Missing,
    Null,
    OtherType,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Null => "is null",
            Self::OtherType => "has another type",
        })
    }
}

/// A value with one field changed.
pub(super) struct Odd {
    pub(super) path: Path,
    pub(super) oddity: Oddity,
    pub(super) value: Value,
}

impl Odd {
    /// Whether nothing is left of the whole record: what stands for none may be passed over.
    pub(super) fn is_nothing(&self) -> bool {
        self.value.is_null()
    }

    /// As `patient.name is null`.
    pub(super) fn what(&self) -> String {
        match self.path == Path::default() {
            true => format!("the record {}", self.oddity),
            false => format!("`{}` {}", self.path, self.oddity),
        }
    }
}

/// A whole record that is none.
pub(super) fn whole(canary: &str) -> Vec<Odd> {
    let odd = |oddity, value| Odd { path: Path::default(), oddity, value };
    let others = [json!(7), json!(canary), json!([]), json!({})];
    let others = others.map(|value| odd(Oddity::OtherType, value));
    [odd(Oddity::Null, Value::Null)].into_iter().chain(others).collect()
}

/// Every field in turn, changed in each way. Of lists only the first element is.
pub(super) fn each(value: &Value, canary: &str) -> Vec<Odd> {
    let places = json::places(value, 1).into_iter().skip(1).take(PLACES);
    places.flat_map(|path| of(value, &path, canary)).collect()
}

fn of(value: &Value, path: &Path, canary: &str) -> Vec<Odd> {
    let Some(before) = path.get(value) else { return Vec::new() };
    let odd = |oddity, value| Odd { path: path.clone(), oddity, value };
    let mut found = vec![odd(Oddity::Missing, path.remove(value))];
    if !before.is_null() {
        found.push(odd(Oddity::Null, path.set(value, Value::Null)));
    }
    let others = other_types(before, canary).into_iter();
    found.extend(others.map(|other| odd(Oddity::OtherType, path.set(value, other))));
    found
}

/// Texts stand in for what was none, as it is those that parsers like to quote.
fn other_types(before: &Value, canary: &str) -> Vec<Value> {
    match before {
        Value::Null => vec![],
        Value::String(_) => vec![json!(7), json!([before])],
        Value::Object(_) => vec![json!(canary), json!([])],
        Value::Array(_) => vec![json!(canary), json!({})],
        Value::Bool(_) | Value::Number(_) => vec![json!(canary), json!({ "value": before })],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_changed_in_every_way() {
        let value = json!({ "a": { "b": "x" }, "n": 1 });
        let odd: Vec<(String, Value)> =
            each(&value, "c").into_iter().map(|odd| (odd.what(), odd.value)).collect();
        let expected = [
            ("`a` is missing", json!({ "n": 1 })),
            ("`a` is null", json!({ "a": null, "n": 1 })),
            ("`a` has another type", json!({ "a": "c", "n": 1 })),
            ("`a` has another type", json!({ "a": [], "n": 1 })),
            ("`n` is missing", json!({ "a": { "b": "x" } })),
            ("`n` is null", json!({ "a": { "b": "x" }, "n": null })),
            ("`n` has another type", json!({ "a": { "b": "x" }, "n": "c" })),
            ("`n` has another type", json!({ "a": { "b": "x" }, "n": { "value": 1 } })),
            ("`a.b` is missing", json!({ "a": {}, "n": 1 })),
            ("`a.b` is null", json!({ "a": { "b": null }, "n": 1 })),
            ("`a.b` has another type", json!({ "a": { "b": 7 }, "n": 1 })),
            ("`a.b` has another type", json!({ "a": { "b": ["x"] }, "n": 1 })),
        ];
        assert_eq!(odd, expected.map(|(what, value)| (what.to_owned(), value)));
    }
}
