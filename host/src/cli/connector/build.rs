//! `rounds connector build`: from source to a `.wasm` file.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{exit::Error, output::Output},
    connector_build,
};

/// Builds a connector's source into one .wasm file.
///
/// Rust only for now, with cargo, for wasm32-wasip2.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The folder of its Cargo.toml
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Where to put the file [default: the connector's name in the current folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let file = connector_build::build_rust(&arguments.folder, arguments.output.as_deref()).await?;
    Ok(Output::open().line(&file.display().to_string())?)
}
