//! The entries of a Bundle, so that an odd one takes no other along.

use std::fmt;

use serde::{
    Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    fhir::{Text, fhir},
    tolerant::{self, Field, One},
};

fhir! {
    /// What one entry holds.
    Entry {
        resource: Option<&'a RawValue>,
        search: Option<Search<'a>>,
        full_url: Option<Text<'a>>,
        request: Option<Made<'a>>,
        response: Option<Came<'a>>,
    }

    /// What was done to a record, in a history.
    Made {
        method: Option<Text<'a>>,
        url: Option<Text<'a>>,
    }

    /// What came of it.
    Came {
        location: Option<Text<'a>>,
        etag: Option<Text<'a>>,
        last_modified: Option<Text<'a>>,
    }

    /// Why an entry is there.
    Search {
        mode: Option<Text<'a>>,
    }
}

/// The entries of a bundle: `None` where they are no list, and for one that is no object. One that
/// stands alone is a list of one.
#[derive(Clone)]
pub(crate) struct Entries<'a>(pub(super) Option<Vec<Option<Entry<'a>>>>);

impl Default for Entries<'_> {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl<'de: 'a, 'a> Field<'de> for Entries<'a> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(All).map(Self)
    }
}

/// Reads entries.
struct All;

impl<'de> Visitor<'de> for All {
    type Value = Option<Vec<Option<Entry<'de>>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("entries")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Some(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(Some(vec![tolerant::object(map)?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = list.next_element_seed(One::new())? {
            found.push(entry);
        }
        Ok(Some(found))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
}
