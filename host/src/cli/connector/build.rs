//! `rounds connector build`: from source to a `.wasm` file.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note},
    },
    connector::Connector,
    connector_build,
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
    /// Where to put the file [default: <name>.wasm in the current folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let file = connector_build::build(&arguments.folder, arguments.output.as_deref()).await?;
    let engine = super::engine()?;
    let connector = Connector::load(&engine, &file).await?;
    note(&format!("{}, {} KiB", connector.manifest().label(), connector.size().div_ceil(1024)));
    Ok(Output::open().line(&file.display().to_string())?)
}
