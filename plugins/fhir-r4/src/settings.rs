//! The connection's settings.

use std::collections::BTreeMap;

use serde::Deserialize;

/// JSON Schema of [`Settings`], which says what each is for.
pub(crate) const SCHEMA: &str = include_str!("settings.schema.json");

/// The types of what records refer to and this connector reads.
const COLLECTED: [&str; 5] = ["Patient", "Practitioner", "Location", "Encounter", "Observation"];

/// What `settings.schema.json` describes.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) page_size: u32,
    pub(crate) include: bool,
    /// `None` is everything.
    pub(crate) collect: Option<Vec<String>>,
    pub(crate) observations: bool,
    /// In seconds; 0 is never.
    pub(crate) history: u32,
    pub(crate) identifier_types: BTreeMap<String, String>,
    pub(crate) skip_unheard: Vec<String>,
}

impl Settings {
    /// Whether resources of this type may be asked for.
    pub(crate) fn collects(&self, kind: &str) -> bool {
        match &self.collect {
            Some(kinds) => kinds.iter().any(|known| known == kind),
            None => COLLECTED.contains(&kind),
        }
    }

    /// Whether this action tells nothing of what was over before anybody heard of it.
    pub(crate) fn skips_unheard(&self, action: &str) -> bool {
        self.skip_unheard.iter().any(|skipping| skipping == action)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            page_size: 100,
            include: false,
            collect: None,
            observations: true,
            history: 0,
            identifier_types: BTreeMap::new(),
            skip_unheard: Vec::new(),
        }
    }
}
