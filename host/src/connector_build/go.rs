//! What Go's own compiler does: packages of Go to one component.
//!
//! Go knows only the first preview of WASI, so its module meets an adapter that has nothing behind
//! it. The contract's functions are the SDK's, by hand: generated bindings would need a module from
//! a proxy, and so all that an author needs is `go`.

use std::{fs, path::Path};

use serde::Deserialize;
use tokio::process::Command;

use super::{
    Error,
    cargo::{Built, Missing, output},
    component,
};

const GO: Missing =
    Missing { tool: "go", remedy: "install Go 1.24 or newer from https://go.dev/dl" };
/// The first that exports functions to WebAssembly: 1.24.
const OLDEST: (u32, u32) = (1, 24);

const PREVIEW1: &str = "wasi_snapshot_preview1";
const ADAPTER: &str = include_str!("../../../sdk/go/null-adapter.wat");
const DESCRIBE: &[u8] = b"rounds:connector/connector@0.1.0#describe";

const NO_MODULE: &str = "it has no go.mod; begin one with `go mod init NAME`";
const TOO_OLD: &str =
    "its `go` is older than 1.24, which is needed; install a newer one from https://go.dev/dl";
const NO_CONNECTOR: &str =
    "its program exports no connector; import \"rounds-sdk\" and call rounds.Export in an init";

/// A part of a `go.mod`, as `go mod edit -json` tells it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    module: Module,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Module {
    path: String,
}

/// Builds the connector of a folder with a `go.mod`.
pub(super) async fn build(folder: &Path) -> Result<Built, Error> {
    let not = |what| Error::NotAConnector { folder: folder.display().to_string(), what };
    if !folder.join("go.mod").is_file() {
        return Err(not(NO_MODULE));
    }
    let whole = |source| Error::Io { what: folder.display().to_string(), source };
    let folder = &folder.canonicalize().map_err(whole)?;
    let version = go(folder, &["env", "GOVERSION"]).await?;
    if release(&version).is_some_and(|release| release < OLDEST) {
        return Err(not(TOO_OLD));
    }
    let package = package(folder).await?;
    let build = folder.join("build");
    let core = compile(folder, &build.join("core.wasm")).await?;
    if !core.windows(DESCRIBE.len()).any(|window| window == DESCRIBE) {
        return Err(not(NO_CONNECTOR));
    }
    let component = build.join(format!("{package}.wasm"));
    write(&component, &component::encode(&core, &[(PREVIEW1, &adapter()?)])?)?;
    Ok(Built { package, component })
}

/// The last part of the module's path, but for the number of a major version.
async fn package(folder: &Path) -> Result<String, Error> {
    let failed = || Error::Failed("go mod edit".into());
    let told = go(folder, &["mod", "edit", "-json"]).await?;
    let Manifest { module } = serde_json::from_str(&told).map_err(|_| failed())?;
    Ok(name(&module.path).to_owned())
}

fn name(path: &str) -> &str {
    let is_major =
        |part: &str| part.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    let mut parts = path.rsplit('/').filter(|part| !is_major(part));
    parts.next().unwrap_or(path)
}

/// The module. Without names for a debugger, and without anything of this machine, so that equal
/// sources make equal bytes.
async fn compile(folder: &Path, module: &Path) -> Result<Vec<u8>, Error> {
    let mut go = Command::new(GO.tool);
    go.args(["build", "-buildmode=c-shared", "-trimpath", "-buildvcs=false"])
        .args(["-ldflags=-s -w -buildid=", "-o"])
        .arg(module)
        .arg(".")
        .env("GOOS", "wasip1")
        .env("GOARCH", "wasm")
        .current_dir(folder);
    output(&mut go, GO, "go build").await?;
    fs::read(module).map_err(|source| Error::Io { what: module.display().to_string(), source })
}

/// What `go` says.
async fn go(folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let mut go = Command::new(GO.tool);
    let name = format!("go {}", arguments.join(" "));
    output(go.args(arguments).current_dir(folder), GO, &name).await
}

/// The release of `go1.27.3`; none of a version between releases, which is new enough.
fn release(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.trim().strip_prefix("go")?.split_once('.')?;
    let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn adapter() -> Result<Vec<u8>, Error> {
    wat::parse_str(ADAPTER).map_err(|error| Error::Component(error.to_string()))
}

fn write(component: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(component, bytes)
        .map_err(|source| Error::Io { what: component.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_apart() {
        for (version, expected) in [
            ("go1.27.3\n", Some((1, 27))),
            ("go1.24rc1", Some((1, 24))),
            ("go1.9", Some((1, 9))),
            ("devel go1.28-abc", None),
        ] {
            assert_eq!(release(version), expected, "{version}");
        }
        assert!(release("go1.9") < Some(OLDEST));
    }

    #[test]
    fn a_module_is_named_by_the_end_of_its_path() {
        for (path, expected) in
            [("hello", "hello"), ("example.org/a/my-ehr", "my-ehr"), ("example.org/ehr/v2", "ehr")]
        {
            assert_eq!(name(path), expected);
        }
    }

    #[test]
    fn the_adapter_is_a_module() {
        assert!(adapter().is_ok());
    }
}
