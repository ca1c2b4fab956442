//! The connection's settings.

use std::collections::BTreeMap;

use serde::Deserialize;

/// JSON Schema of [`Settings`], which says what each is for.
pub(crate) const SCHEMA: &str = include_str!("settings.schema.json");

/// What `settings.schema.json` describes.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) page_size: u32,
    pub(crate) overlap: u32,
    pub(crate) include: bool,
    pub(crate) collect: Vec<String>,
    pub(crate) observations: bool,
    pub(crate) identifier_types: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        let collect = ["Patient", "Practitioner", "Location", "Encounter", "Observation"];
        Self {
            page_size: 100,
            overlap: 5,
            include: false,
            collect: collect.map(str::to_owned).to_vec(),
            observations: true,
            identifier_types: BTreeMap::new(),
        }
    }
}
