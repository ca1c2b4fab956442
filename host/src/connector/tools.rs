//! What a component was made with, as far as its tools noted it.

use std::collections::BTreeSet;

use serde::Serialize;
use wasm_metadata::Producers;
use wasmparser::{Parser, Payload};

/// The section that the tools of WebAssembly agreed upon.
const SECTION: &str = "producers";

/// A tool or language that had a part in a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Tool {
    /// Its part: `language`, `processed-by` or `sdk`.
    pub part: String,
    /// What it is called.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
}

/// All that is noted in a component and in the modules within, once each. What cannot be read is
/// left out, for nothing depends on it.
pub fn made_with(component: &[u8]) -> Vec<Tool> {
    let mut tools = BTreeSet::new();
    for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
        let Payload::CustomSection(section) = payload else { continue };
        if section.name() == SECTION
            && let Ok(producers) = Producers::from_bytes(section.data(), section.data_offset())
        {
            note(&producers, &mut tools);
        }
    }
    tools.into_iter().collect()
}

fn note(producers: &Producers, tools: &mut BTreeSet<Tool>) {
    for (part, noted) in producers.iter() {
        tools.extend(noted.iter().map(|(name, version)| Tool {
            part: part.clone(),
            name: name.clone(),
            version: version.clone(),
        }));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_tools_note_is_found_once() {
        let mut producers = Producers::empty();
        producers.add("language", "Rust", "");
        producers.add("processed-by", "rustc", "1.95.0");
        let component = producers.add_to_wasm(b"\0asm\x0d\0\x01\0").unwrap();
        let tool = |part: &str, name: &str, version: &str| Tool {
            part: part.into(),
            name: name.into(),
            version: version.into(),
        };
        let expected = [tool("language", "Rust", ""), tool("processed-by", "rustc", "1.95.0")];
        assert_eq!(made_with(&component), expected);
        assert!(made_with(b"\0asm").is_empty());
    }
}
