//! Building connectors: from a folder of source to one `.wasm` file.
//!
//! Each language's own tools do the work, with what they say on this process's stderr, as that is
//! what the author of a connector wants to read. Which language a folder is in is told by the file
//! that those tools want.

mod c;
mod cargo;
mod component;
mod go;
mod place;
mod python;
mod target;
mod typescript;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cargo::Built;
use place::Place;
pub use place::{Placed, place};

/// What connectors of Rust are compiled for.
const TARGET: &str = "wasm32-wasip2";

/// Why a connector was not built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder has no source that could be built.
    #[error(
        "{0} is no connector's folder: it has no Cargo.toml, pyproject.toml, package.json or go.mod, and no source in C or C++"
    )]
    NoSource(String),
    /// A program is missing that the build needs.
    #[error("`{tool}` is needed and is not there; {remedy}")]
    Missing {
        /// The program.
        tool: &'static str,
        /// How one gets it.
        remedy: &'static str,
    },
    /// A program said no; why is on stderr.
    #[error("`{0}` failed")]
    Failed(String),
    /// What was to be built is no connector.
    #[error("{folder}: {what}")]
    NotAConnector {
        /// The folder.
        folder: String,
        /// Why not.
        what: &'static str,
    },
    /// What the tools made cannot be made a component.
    #[error("no component can be made of it: {0}")]
    Component(String),
    /// Something is where the component is wanted that is not to be replaced.
    #[error("{path} is {what}, and is not replaced; {remedy}")]
    Taken {
        /// Where.
        path: String,
        /// What is there.
        what: &'static str,
        /// What can be done.
        remedy: &'static str,
    },
    /// A file cannot be read or written, or a program not be run.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

/// The tools that build a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tools {
    Cargo,
    Python,
    Node,
    Go,
    C,
}

/// Builds the connector of a folder, and puts its component at `output`, by default at
/// `<name>.wasm` in the current folder; in a folder, under that name. Answers where it is.
///
/// What was there is replaced in one step, so that a running host never sees half a file, where it
/// is WebAssembly; where it is another file, if `force` says so.
///
/// # Errors
/// Why there is none; what the tools say of it is on stderr.
pub async fn build(folder: &Path, output: Option<&Path>, force: bool) -> Result<Placed, Error> {
    let whole = output.filter(|path| !path.is_dir());
    // To refuse it after the build would cost its author a minute.
    whole.map(|path| Place::find(path, force)).transpose()?;
    let built = build_in(folder).await?;
    let name = format!("{}.wasm", built.package);
    let output = match (whole, output) {
        (Some(path), _) => path.into(),
        (None, Some(folder)) => folder.join(name),
        (None, None) => name.into(),
    };
    Place::find(&output, force)?.put(&built.component)
}

/// As [`build`], but leaves the component where the tools put it, and answers where that is.
///
/// # Errors
/// As [`build`].
pub async fn build_in_place(folder: &Path) -> Result<PathBuf, Error> {
    Ok(build_in(folder).await?.component)
}

async fn build_in(folder: &Path) -> Result<Built, Error> {
    match Tools::of(folder) {
        Some(Tools::Cargo) => cargo::build(folder).await,
        Some(Tools::Python) => python::build(folder).await,
        Some(Tools::Node) => typescript::build(folder).await,
        Some(Tools::Go) => go::build(folder).await,
        Some(Tools::C) => c::build(folder).await,
        None => Err(Error::NoSource(folder.display().to_string())),
    }
}

impl Tools {
    /// The tools that a folder wants, by its manifest; C has none, so by its sources.
    fn of(folder: &Path) -> Option<Self> {
        let manifests = [
            ("Cargo.toml", Self::Cargo),
            ("pyproject.toml", Self::Python),
            ("package.json", Self::Node),
            ("go.mod", Self::Go),
        ];
        let by_manifest = manifests.into_iter().find(|(file, _)| folder.join(file).is_file());
        by_manifest.map(|(_, tools)| tools).or_else(|| has_c(folder).then_some(Self::C))
    }
}

fn has_c(folder: &Path) -> bool {
    let is_c = |path: &Path| path.extension().is_some_and(|it| it == "c" || it == "cpp");
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| is_c(&entry.path()))
}

#[cfg(test)]
mod tests;
