//! `rounds demo`: everything at once on this machine.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::anyhow;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{exit::Error, logs, output, signals::Signals};
use crate::{connector_build, demo, duration};

/// Where the demo's connector is, from the repository's root.
const CONNECTOR: &str = "plugins/fhir-r4";

/// Shows it all on this machine: an EHR that changes, a connector, a receiver.
#[derive(Args)]
pub(super) struct Arguments {
    /// Ends after so many seconds, and fails where a notification is missing [default: until Ctrl-C]
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Patients of the EHR
    #[arg(long, value_name = "N", default_value_t = 12)]
    patients: usize,
    /// How often an appointment changes
    #[arg(long, value_name = "SPAN", default_value = "2s", value_parser = duration::parse)]
    every: Duration,
    /// The connector's .wasm file [default: built from the repository's plugins/fhir-r4]
    #[arg(long, value_name = "FILE")]
    connector: Option<PathBuf>,
    /// JSON, one object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    logs::of_a_command();
    let Arguments { seconds, patients, every, connector, json } = arguments;
    let connector = match connector {
        Some(file) => file,
        None => build().await?,
    };
    let options = demo::Options { connector, seconds, patients, every, json };
    let (mut out, stop) = (io::stdout(), CancellationToken::new());
    let signals = Signals::listen()?;
    let tally = tokio::select! {
        tally = demo::run(options, &mut out, stop.clone()) => tally.map_err(anyhow::Error::from)?,
        never = signals.obey(stop, output::note) => match never {},
    };
    if tally.missing.is_empty() { Ok(()) } else { Err(Error::Told) }
}

/// Builds the connector of the repository that the current folder is in, or this program's own.
async fn build() -> Result<PathBuf, Error> {
    let here = std::env::current_dir()?;
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let root = here.ancestors().chain(own).find(|folder| folder.join(CONNECTOR).is_dir());
    let root = root.ok_or_else(|| anyhow!("{CONNECTOR} is not here; run the demo in the repository of Rounds, or name a --connector"))?;
    Ok(connector_build::build_in_place(&root.join(CONNECTOR)).await?)
}
