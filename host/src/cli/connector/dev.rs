//! `rounds connector dev`: builds, tests and swaps as sources change.

use std::path::{Path, PathBuf};

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::test;
use crate::{
    cli::{
        arguments::At,
        exit::Error,
        output::{note, plain},
        signals::Signals,
    },
    config::Config,
    connector_dev::{self, Options, Running},
};

/// What the host's configuration is called where it isn't said.
const CONFIG: &str = "rounds.toml";

/// Watches a connector's sources: builds, tests, and swaps it in a running host.
///
/// The file goes into the folder of connectors that the configuration names, in one step, and the
/// host is asked what it makes of it. Without a configuration it is built and tested alone.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector's folder
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The running host's configuration [default: rounds.toml, where it is there]
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { folder, config, at } = arguments;
    let host = running(config.as_deref(), &at)?;
    let options = Options { host, folder, engine: super::engine()? };
    let signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let project = options.folder.clone();
    let test = async |component: &Path| test::passes(component, &project).await;
    let dev = connector_dev::run(options, test, |event| note(&plain(&event.to_string())));
    tokio::select! {
        ended = dev => ended.map_err(Error::from),
        () = stop.cancelled() => Ok(()),
        never = signals.obey(stop.clone(), note) => match never {},
    }
}

fn running(config: Option<&Path>, at: &At) -> Result<Option<Running>, Error> {
    let path = match config {
        Some(path) => path,
        None if Path::new(CONFIG).is_file() => Path::new(CONFIG),
        None => return Ok(None),
    };
    let config = Config::load(path)?;
    let client = at.client(&config)?;
    Ok(Some(Running::of(&config, client)))
}
