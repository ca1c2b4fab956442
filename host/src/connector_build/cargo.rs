//! What cargo does.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;

use super::{Error, TARGET, component, target};

const CARGO: Missing = Missing { tool: "cargo", remedy: "install Rust from https://rustup.rs" };
const NO_COMPONENT: &str = "its library is no `cdylib`; add `crate-type = [\"cdylib\", \"rlib\"]` to [lib] in its Cargo.toml";

const BUILD: [&str; 9] = [
    "build",
    "--lib",
    "--target",
    TARGET,
    "--profile",
    "connector",
    "--message-format",
    "json-render-diagnostics",
    "--manifest-path",
];

/// How connectors are built, small and quick enough to load, where the workspace doesn't say.
const PROFILE: [&str; 6] = [
    "profile.connector.inherits=\"release\"",
    "profile.connector.opt-level=3",
    "profile.connector.lto=true",
    "profile.connector.codegen-units=1",
    "profile.connector.panic=\"abort\"",
    "profile.connector.strip=true",
];

/// A stack of 256 KiB, as in C: the usual megabyte would be cleared for every guest. Below it is the
/// end of memory, so that its overflow is a trap.
const STACK: &str = "target.wasm32-wasip2.rustflags=[\"-Clink-arg=-zstack-size=262144\"]";

/// A program, and how one gets it.
#[derive(Clone, Copy)]
pub(super) struct Missing {
    pub(super) tool: &'static str,
    pub(super) remedy: &'static str,
}

/// What was built.
pub(super) struct Built {
    /// The package's name.
    pub(super) package: String,
    /// Its component.
    pub(super) component: PathBuf,
}

/// A part of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// A part of what cargo tells of a build, a JSON object a line.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds the package of a folder.
pub(super) async fn build(folder: &Path) -> Result<Built, Error> {
    let whole = |source| Error::Io { what: folder.display().to_string(), source };
    let folder = folder.canonicalize().map_err(whole)?;
    let manifest = folder.join("Cargo.toml");
    let (package, has_profile) = package(&folder, &manifest).await?;
    target::ensure(&folder).await?;
    let mut cargo = Command::new(CARGO.tool);
    cargo.args(BUILD).arg(&manifest).args(["--config", STACK]).current_dir(&folder);
    if !has_profile {
        cargo.args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
    }
    let messages = output(&mut cargo, CARGO, "cargo build").await?;
    match component(&messages, &manifest) {
        Some(component) => {
            let component = with_its_tools(&folder, &package, &component).await?;
            Ok(Built { package, component })
        }
        None => {
            Err(Error::NotAConnector { folder: folder.display().to_string(), what: NO_COMPONENT })
        }
    }
}

/// The package's name, and whether its workspace says how connectors are built.
async fn package(folder: &Path, manifest: &Path) -> Result<(String, bool), Error> {
    let mut cargo = Command::new(CARGO.tool);
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(folder);
    let metadata = output(&mut cargo, CARGO, "cargo metadata").await?;
    let failed = || Error::Failed("cargo metadata".into());
    let Metadata { packages, workspace_root } =
        serde_json::from_str(&metadata).map_err(|_| failed())?;
    let package = packages.into_iter().find(|package| package.manifest_path == manifest);
    let what = "its Cargo.toml has no package, only a workspace; name the folder of one";
    let package = package
        .ok_or_else(|| Error::NotAConnector { folder: folder.display().to_string(), what })?;
    Ok((package.name, has_profile(&workspace_root)))
}

fn has_profile(workspace: &Path) -> bool {
    let text = std::fs::read_to_string(workspace.join("Cargo.toml")).unwrap_or_default();
    let table = text.parse::<toml::Table>().unwrap_or_default();
    table.get("profile").and_then(|profiles| profiles.get("connector")).is_some()
}

/// The component with a word on what made it, which stripping took away; beside the first.
async fn with_its_tools(folder: &Path, package: &str, component: &Path) -> Result<PathBuf, Error> {
    let failed = |source| Error::Io { what: component.display().to_string(), source };
    let compiler = target::compiler(folder).await?;
    let made = [("language", "Rust", ""), ("processed-by", "rustc", compiler.as_str())];
    let bytes = component::made_with(&std::fs::read(component).map_err(failed)?, &made)?;
    let named = component.with_file_name(format!("{package}.component.wasm"));
    std::fs::write(&named, bytes).map_err(failed)?;
    Ok(named)
}

/// The component that a build of this package made.
fn component(messages: &str, manifest: &Path) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut ours =
        messages.filter(|it| it.reason == "compiler-artifact" && it.manifest_path == manifest);
    ours.find_map(|it| {
        it.filenames.into_iter().find(|file| file.extension().is_some_and(|it| it == "wasm"))
    })
}

/// What a program prints; what it says on stderr goes to ours.
pub(super) async fn output(
    command: &mut Command,
    missing: Missing,
    name: &str,
) -> Result<String, Error> {
    let Missing { tool, remedy } = missing;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => Error::Missing { tool, remedy },
        _ => Error::Io { what: format!("`{name}` cannot be run"), source },
    };
    // Not `Command::output`, which would take the stderr that the author wants to read.
    let child = command.spawn().map_err(failed)?;
    let output = child.wait_with_output().await.map_err(failed)?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Error::Failed(name.into())),
    }
}
