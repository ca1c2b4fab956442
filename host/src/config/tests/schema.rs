//! The JSON Schema says of a text what the reader says of it, as far as a schema can.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::config::{Errors, schema};

static SCHEMA: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&schema::json()).unwrap());

/// Words of faults that a schema sees as well.
const SEEN: [&str; 12] = [
    "unknown key",
    "` must be ",
    "needs `",
    "a handshake needs",
    "this is empty",
    "this must be more than 0",
    "unknown way to sign in",
    "unknown role",
    "unknown format",
    "has no interval",
    ", not both",
    "no [[connection]]",
];

/// Holds the schema against what the reader said of a text.
pub(super) fn agrees(text: &str, errors: Option<&Errors>) {
    let Ok(tree) = toml::from_str::<toml::Value>(text) else { return };
    let json = json(&tree);
    let told: Vec<_> = SCHEMA.iter_errors(&json).map(|error| error.to_string()).collect();
    match errors {
        None => assert!(told.is_empty(), "the schema refuses what is read: {told:?}\n{text}"),
        Some(errors) => {
            let is_seen = |said: &str| SEEN.iter().any(|words| said.contains(words));
            let seen =
                errors.iter().find(|error| is_seen(&error.message) && !has_odd_number(&tree));
            assert!(
                seen.is_none() || !told.is_empty(),
                "the schema accepts what is refused: {}\n{text}",
                seen.unwrap()
            );
        }
    }
}

/// JSON has no such numbers, so no schema tells of them.
fn has_odd_number(tree: &toml::Value) -> bool {
    match tree {
        toml::Value::Float(number) => !number.is_finite(),
        toml::Value::Array(items) => items.iter().any(has_odd_number),
        toml::Value::Table(table) => table.values().any(has_odd_number),
        _ => false,
    }
}

/// As editors show TOML to a schema.
fn json(tree: &toml::Value) -> Json {
    match tree {
        toml::Value::Datetime(time) => json!(time.to_string()),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            table.iter().map(|(key, value)| (key.clone(), json(value))).collect()
        }
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn the_schema_is_one() {
    jsonschema::meta::validate(&schema::json()).unwrap();
}
