//! `rounds connector dev`: builds, tests and swaps as sources change.

use std::path::{Path, PathBuf};

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{sign, test};
use crate::{
    cli::{
        arguments::At,
        exit::Error,
        output::{note, plain},
        signals::Signals,
    },
    config::{Config, Trust, trust::Signatures},
    connector_dev::{self, Options, Running},
    trust::PrivateKey,
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
    /// Signs what it builds with this private key, for a host that takes signed connectors alone
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { folder, config, key, at } = arguments;
    let host = running(config.as_deref(), key.as_deref(), &at)?;
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

fn running(config: Option<&Path>, key: Option<&Path>, at: &At) -> Result<Option<Running>, Error> {
    let path = match config {
        Some(path) => path,
        None if Path::new(CONFIG).is_file() => Path::new(CONFIG),
        None => return Ok(None),
    };
    let config = Config::load(path)?;
    let key = key.map(sign::private_key).transpose()?;
    judge(path, &config.host.trust, key.as_ref())?;
    let client = at.client(&config)?;
    Ok(Some(Running::of(&config, client, key)))
}

/// Refuses what the host would refuse after every build.
fn judge(path: &Path, trust: &Trust, key: Option<&PrivateKey>) -> Result<(), Error> {
    if trust.signatures != Signatures::Require {
        return Ok(());
    }
    let path = path.display();
    let Some(key) = key else {
        return Err(Error::Wrong(format!(
            "the host of {path} takes signed connectors alone: name the key to sign with by \
             --key FILE; `rounds connector keygen -o FILE` makes one, and says what to write into \
             [host.trust] so that the host trusts it"
        )));
    };
    let public = key.public();
    if trust.keys.iter().any(|trusted| trusted.key == *public) {
        return Ok(());
    }
    Err(Error::Wrong(format!(
        "the host of {path} does not trust this key; add to [host.trust], and restart the host:\n\
         keys = [{{ name = \"…\", key = \"{public}\" }}]"
    )))
}
