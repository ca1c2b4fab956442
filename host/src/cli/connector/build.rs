//! `rounds connector build`: from source to a `.wasm` file.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    connector::Connector,
    connector_build::{self, Placed},
};

/// Builds a connector's source into one .wasm file.
///
/// The language's own tools do it: cargo, componentize-py, esbuild and componentize-qjs, go, or a
/// compiler of C. The file is loaded as the host would, so that what is no connector is told at once.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The folder of its Cargo.toml, pyproject.toml, package.json, go.mod or sources in C
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Where to put the file, or the folder to put it in [default: <name>.wasm in the current one]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replaces a file that is no WebAssembly, too
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { folder, output, force } = arguments;
    let placed = connector_build::build(&folder, output.as_deref(), force).await?;
    let Placed { file, behind, replaced_other } = placed;
    if let Some(behind) = behind {
        note(&format!(
            "{} is a link; what it points to was written: {}",
            shown(&file),
            shown(&behind)
        ));
    }
    if replaced_other {
        note(&format!("{} was no WebAssembly, and was replaced", shown(&file)));
    }
    let engine = super::engine()?;
    let connector = Connector::load(&engine, &file).await?;
    note(&format!("{}, {} KiB", connector.manifest().label(), connector.size().div_ceil(1024)));
    Ok(Output::open().line(&shown(&file))?)
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
