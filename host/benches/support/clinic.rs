//! The clinic, the connector that exists in every language, built as users build it.

use std::{
    env,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use rounds::connector_build::{self, Error};
use serde::{Deserialize, Serialize};

/// A language that connectors are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Language {
    Rust,
    Python,
    Typescript,
    Go,
    C,
}

impl Language {
    /// As its folder is called.
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// The clinic in this language: `rust.wasm` of a folder where it is built already, or built now
    /// into another. Where its tools are missing, that is told, and there is none.
    pub(crate) async fn clinic(self, built: Option<&Path>, into: &Path) -> Result<Option<PathBuf>> {
        let file = format!("{}.wasm", self.name());
        if let Some(built) = built {
            return Ok(Some(built.join(file)).filter(|path| path.is_file()));
        }
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/clinic");
        let output = into.join(file);
        match connector_build::build(&examples.join(self.name()), Some(&output), false).await {
            Ok(placed) => Ok(Some(placed.file)),
            Err(missing @ Error::Missing { .. }) => {
                eprintln!("{}: left out: {missing}", self.name());
                Ok(None)
            }
            Err(error) => Err(error).with_context(|| format!("the clinic in {self:?}")),
        }
    }
}

/// The languages whose clinic there is, each with its file.
pub(crate) async fn clinics(
    languages: &[Language],
    built: Option<&Path>,
    into: &Path,
) -> Result<Vec<(Language, PathBuf)>> {
    let languages = match languages {
        [] => Language::value_variants(),
        some => some,
    };
    let mut clinics = Vec::new();
    for language in languages {
        let clinic = language.clinic(built, into).await?;
        clinics.extend(clinic.map(|file| (*language, file)));
    }
    ensure!(!clinics.is_empty(), "there is no connector to measure");
    Ok(clinics)
}

/// Begins this program anew with the languages' tools on its path that the tests have installed,
/// where they have.
pub(crate) fn find_tools() -> Result<()> {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("real/connectors");
    let (programs, environment) = (installed.join("bin"), installed.join("venv/bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    if !programs.is_dir() || env::split_paths(&path).any(|folder| folder == programs) {
        return Ok(());
    }
    let path = env::join_paths([programs, environment].into_iter().chain(env::split_paths(&path)))?;
    let mut again = Command::new(env::current_exe()?);
    Err(again.args(env::args_os().skip(1)).env("PATH", path).exec().into())
}
