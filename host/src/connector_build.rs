//! Building connectors: from a folder of source to one `.wasm` file.
//!
//! Rust only for now. cargo does the work, with what it says on this process's stderr, as that is
//! what the author of a connector wants to read.

mod cargo;
mod target;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What connectors are compiled for.
const TARGET: &str = "wasm32-wasip2";

/// Why a connector was not built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder has no source that could be built.
    #[error("{0} has no Cargo.toml: it is no connector's folder")]
    NoSource(String),
    /// The source is in a language that cannot be built yet.
    #[error(
        "{folder} holds {language}, which this version cannot build yet; build it with that language's tools, and see with `rounds connector inspect` what came of it"
    )]
    Language {
        /// The folder.
        folder: String,
        /// The language.
        language: &'static str,
    },
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
    /// What cargo was told to build is no connector.
    #[error("{folder}: {what}")]
    NotAConnector {
        /// The folder.
        folder: String,
        /// Why not.
        what: &'static str,
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

/// Builds the connector of a folder with a `Cargo.toml`, and puts its component at `output`, by
/// default at `<name>.wasm` in the current folder. Answers where it is.
///
/// What was at `output` is replaced in one step, so that a running host never sees half a file.
///
/// # Errors
/// Why there is none; what cargo says of it is on stderr.
pub async fn build_rust(folder: &Path, output: Option<&Path>) -> Result<PathBuf, Error> {
    let built = cargo::build(folder).await?;
    let name = format!("{}.wasm", built.package);
    let output = match output {
        Some(path) if path.is_dir() => path.join(name),
        Some(path) => path.into(),
        None => name.into(),
    };
    place(&built.component, &output)?;
    Ok(output)
}

/// As [`build_rust`], but leaves the component where cargo put it, and answers where that is.
///
/// # Errors
/// As [`build_rust`].
pub async fn build_rust_in_place(folder: &Path) -> Result<PathBuf, Error> {
    Ok(cargo::build(folder).await?.component)
}

fn place(component: &Path, output: &Path) -> Result<(), Error> {
    let failed =
        |source| Error::Io { what: format!("{} cannot be written", output.display()), source };
    let draft = output.with_extension(format!("{}.draft", std::process::id()));
    fs::copy(component, &draft).and_then(|_| fs::rename(&draft, output)).map_err(failed)
}

#[cfg(test)]
mod tests;
