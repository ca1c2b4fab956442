//! What cargo does.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;

use super::{Error, TARGET, target};

const CARGO: Missing = Missing { tool: "cargo", remedy: "install Rust from https://rustup.rs" };
const NO_COMPONENT: &str = "its library is no `cdylib`; add `crate-type = [\"cdylib\", \"rlib\"]` to [lib] in its Cargo.toml";

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
    let folder = is_rust(folder)?;
    let manifest = folder.join("Cargo.toml");
    let (package, profile) = package(&folder, &manifest).await?;
    target::ensure(&folder).await?;
    let mut cargo = Command::new(CARGO.tool);
    cargo.args([
        "build",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        profile,
        "--message-format",
        "json-render-diagnostics",
        "--manifest-path",
    ]);
    let messages = output(cargo.arg(&manifest).current_dir(&folder), CARGO, "cargo build").await?;
    match component(&messages, &manifest) {
        Some(component) => Ok(Built { package, component }),
        None => {
            Err(Error::NotAConnector { folder: folder.display().to_string(), what: NO_COMPONENT })
        }
    }
}

/// The folder, whole, where it has a package of Rust's.
fn is_rust(folder: &Path) -> Result<PathBuf, Error> {
    let name = folder.display().to_string();
    if folder.join("Cargo.toml").is_file() {
        return folder.canonicalize().map_err(|source| Error::Io { what: name, source });
    }
    match language(folder) {
        Some(language) => Err(Error::Language { folder: name, language }),
        None => Err(Error::NoSource(name)),
    }
}

/// The language of a connector that is not Rust's, by the file that its tools want.
fn language(folder: &Path) -> Option<&'static str> {
    let signs = [
        ("package.json", "JavaScript"),
        ("pyproject.toml", "Python"),
        ("app.py", "Python"),
        ("go.mod", "Go"),
        ("Makefile", "C"),
    ];
    signs.into_iter().find(|(file, _)| folder.join(file).is_file()).map(|(_, language)| language)
}

/// The package's name, and the profile to build it with: a connector's own where the workspace
/// has it.
async fn package(folder: &Path, manifest: &Path) -> Result<(String, &'static str), Error> {
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
    Ok((package.name, profile(&workspace_root)))
}

fn profile(workspace: &Path) -> &'static str {
    let text = std::fs::read_to_string(workspace.join("Cargo.toml")).unwrap_or_default();
    let table = text.parse::<toml::Table>().unwrap_or_default();
    let has_own = table.get("profile").and_then(|profiles| profiles.get("connector")).is_some();
    if has_own { "connector" } else { "release" }
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
    let command = command.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await.map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing { tool, remedy },
        _ => Error::Io { what: format!("`{name}` cannot be run"), source },
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Error::Failed(name.into())),
    }
}
