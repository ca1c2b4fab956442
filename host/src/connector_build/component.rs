//! From a core module to a component, in this process: no author needs a tool for it.
//!
//! The crates are those that the engine brings along, in its versions, so that nothing is compiled
//! twice and what is encoded here is what it reads.

use std::fmt;

use wasm_metadata::Producers;
use wasmparser::{BinaryReaderError, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use super::Error;

const CONTRACT: &str = include_str!("../../../wit/0.1.0/connector.wit");
const WORLDS: &str = include_str!("component.wit");
const LOGIN: &str = "rounds:connector/session@0.1.0#login";

/// A component of the contract's world, or of the one with a session where the module exports a
/// login. The adapters stand for what the module imports under their names.
pub(super) fn encode(core: &[u8], adapters: &[(&str, &[u8])]) -> Result<Vec<u8>, Error> {
    let mut resolve = Resolve::default();
    let world = world(&mut resolve, exports(core, LOGIN).map_err(failed)?)?;
    let mut module = core.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).map_err(failed)?;
    let encoder = ComponentEncoder::default().validate(true).module(&module).map_err(failed)?;
    let mut encoder = adapters
        .iter()
        .try_fold(encoder, |encoder, (name, wasm)| encoder.adapter(name, wasm))
        .map_err(failed)?;
    let component = encoder.encode().map_err(failed)?;
    made_with(&component, &[("processed-by", "rounds", env!("CARGO_PKG_VERSION"))])
}

/// The module with a word on what made it, for toolchains that leave none: a field as `language`
/// or `processed-by`, a name, and a version or nothing.
pub(super) fn made_with(wasm: &[u8], made: &[(&str, &str, &str)]) -> Result<Vec<u8>, Error> {
    let mut producers = Producers::empty();
    for (field, name, version) in made {
        producers.add(field, name, version);
    }
    producers.add_to_wasm(wasm).map_err(failed)
}

fn world(resolve: &mut Resolve, session: bool) -> Result<WorldId, Error> {
    resolve.push_str("connector.wit", CONTRACT).map_err(failed)?;
    let package = resolve.push_str("component.wit", WORLDS).map_err(failed)?;
    let name = if session { "session-connector" } else { "connector" };
    resolve.select_world(&[package], Some(name)).map_err(failed)
}

fn exports(core: &[u8], name: &str) -> Result<bool, BinaryReaderError> {
    for payload in Parser::new(0).parse_all(core) {
        if let Payload::ExportSection(section) = payload? {
            let exports = section.into_iter().collect::<Result<Vec<_>, _>>()?;
            return Ok(exports.iter().any(|export| export.name == name));
        }
    }
    Ok(false)
}

/// With all causes, which these crates' errors tell in their long form.
fn failed(error: impl fmt::Display) -> Error {
    Error::Component(format!("{error:#}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// `(module (memory (export "memory") 1))`
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x07\x0a\x01\x06memory\x02\0";

    #[test]
    fn the_worlds_are_the_contracts() {
        for session in [false, true] {
            let mut resolve = Resolve::default();
            let world = world(&mut resolve, session).unwrap();
            let exports = resolve.worlds.get(world).unwrap().exports.len();
            assert_eq!(exports, if session { 2 } else { 1 });
        }
    }

    #[test]
    fn a_module_that_lacks_a_function_is_told_which() {
        let Err(Error::Component(why)) = encode(EMPTY, &[]) else { unreachable!() };
        assert!(why.contains("rounds:connector/connector@0.1.0"), "{why}");
    }

    #[test]
    fn what_made_it_is_kept() {
        let module = made_with(EMPTY, &[("language", "C", "")]).unwrap();
        let producers = Producers::from_wasm(&module).unwrap().unwrap();
        assert!(producers.get("language").unwrap().get("C").is_some());
    }
}
