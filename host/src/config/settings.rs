//! What a connector is told of a connection, beside what the host knows of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Place;

/// A connector's settings: a JSON object, not yet judged by the connector's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The object.
    pub value: Value,
    /// Where it is written.
    pub place: Place,
    /// Where each of its parts is written, by JSON Pointer (RFC 6901): a field at its key, an item
    /// of a list at itself. Empty where a program made it.
    pub places: BTreeMap<String, Place>,
}

impl Settings {
    /// Where a part is written, by JSON Pointer, or the nearest that it is in.
    pub fn place_of(&self, pointer: &str) -> Place {
        let mut at = pointer;
        loop {
            if let Some(place) = self.places.get(at) {
                return *place;
            }
            match at.rsplit_once('/') {
                Some((outer, _)) => at = outer,
                None => return self.place,
            }
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::from(Value::Object(Map::new()))
    }
}

impl From<Value> for Settings {
    fn from(value: Value) -> Self {
        Self { value, place: Place::default(), places: BTreeMap::new() }
    }
}
