//! What a component may bring along and must offer, checked before it is linked.

use wasmtime::component::types;

use super::{Error, bindings::Version};

const CONTRACT_PACKAGE: &str = "rounds:connector/";

/// WASI that language runtimes bring along; linked with nothing behind it.
const HARMLESS: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// The contract's package in a version, as `rounds:connector@0.1.0`.
pub(super) fn package(version: Version) -> String {
    format!("rounds:connector@{}", version.number())
}

/// Checks a component's imports and exports by name; answers which contract it keeps, the newest
/// where it keeps several.
pub(super) fn check(
    path: &str,
    component: &types::Component,
    engine: &wasmtime::Engine,
) -> Result<Version, Error> {
    let imports: Vec<_> = component
        .imports(engine)
        .map(|(name, _)| name.to_owned())
        .filter(|name| forbidden(name))
        .collect();
    let exports: Vec<_> = component.exports(engine).map(|(name, _)| name.to_owned()).collect();
    let keeps = |version: &Version| exports.contains(&interface("connector", *version));
    let Some(version) = Version::ALL.iter().copied().find(keeps) else {
        return Err(Error::UnknownContract { path: path.into(), found: contracts(&exports) });
    };
    if !imports.is_empty() {
        return Err(Error::ForbiddenImport { path: path.into(), imports });
    }
    Ok(version)
}

fn interface(name: &str, version: Version) -> String {
    format!("{CONTRACT_PACKAGE}{name}@{}", version.number())
}

/// Whether it exports a sign-in call of its own.
pub(super) fn has_session(
    component: &types::Component,
    engine: &wasmtime::Engine,
    version: Version,
) -> bool {
    let session = interface("session", version);
    component.exports(engine).any(|(name, _)| name == session)
}

/// All imports, for a person to see.
pub(super) fn names(component: &types::Component, engine: &wasmtime::Engine) -> Vec<String> {
    component.imports(engine).map(|(name, _)| name.to_owned()).collect()
}

fn forbidden(import: &str) -> bool {
    let harmless =
        HARMLESS.iter().any(|prefix| import.starts_with(prefix)) && import.contains("@0.2.");
    !harmless && !import.starts_with("rounds:connector/types@")
}

/// The contract packages named by exports, as `rounds:connector@0.2.0`.
fn contracts(exports: &[String]) -> Vec<String> {
    let ours = exports.iter().filter(|name| name.starts_with(CONTRACT_PACKAGE));
    let mut found: Vec<_> = ours
        .filter_map(|name| name.split_once('@'))
        .map(|(_, version)| format!("rounds:connector@{version}"))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_wasi_that_runtimes_bring_is_harmless() {
        for import in
            ["wasi:io/streams@0.2.6", "wasi:sockets/tcp@0.2.12", "rounds:connector/types@0.1.0"]
        {
            assert!(!forbidden(import), "{import}");
        }
        for import in [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:io/streams@0.3.0",
            "env",
            "wasi:keyvalue/store@0.2.0",
        ] {
            assert!(forbidden(import), "{import}");
        }
    }

    #[test]
    fn another_contract_is_named() {
        let exports =
            ["rounds:connector/connector@0.9.0", "rounds:connector/session@0.9.0", "init"];
        assert_eq!(contracts(&exports.map(String::from)), ["rounds:connector@0.9.0"]);
    }
}
