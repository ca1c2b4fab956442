//! `rounds connector pull`: which bytes the connectors of registries are, locked.

use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        arguments::ConfigFile,
        exit::Error,
        output::{Output, note, plain},
    },
    config::Config,
    connector::{Cache, Engine},
    oci::{self, Pulled},
};

/// Pulls the connectors that the configuration takes from registries, and locks what they are.
///
/// What is locked already stays as it is, unless it is updated. The lock lies beside the
/// configuration, as rounds.lock beside rounds.toml; commit it.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Look again what all versions stand for now
    #[arg(long)]
    update: bool,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// A connector, as it is locked now.
#[derive(Serialize)]
struct Row {
    from: String,
    connector: String,
    digest: String,
    lock: String,
}

pub(super) async fn run(Arguments { config, update, json }: Arguments) -> Result<(), Error> {
    let config = config.load()?;
    let engine = Engine::new(&config.host.limits, 1, cache(&config))?;
    let pulled = oci::pull(&config, &engine, update).await?;
    for Pulled { from, warning, .. } in &pulled {
        if let Some(warning) = warning {
            note(&plain(&format!("warning: {from}: {warning}")));
        }
    }
    if pulled.is_empty() {
        note("no [[connector]]: nothing comes from a registry");
    }
    let rows = pulled.into_iter().map(Row::from);
    let mut output = Output::open();
    match json {
        true => output.json(&rows.collect::<Vec<_>>())?,
        false => output.table(&HEADS, rows.map(Row::cells).collect())?,
    }
    Ok(())
}

/// What is compiled here, the host need not compile again. Where that cannot be kept, it does.
fn cache(config: &Config) -> Option<Cache> {
    Cache::open(&config.host.data.join("cache")).ok()
}

const HEADS: [&str; 4] = ["from", "connector", "digest", "lock"];

impl From<Pulled> for Row {
    fn from(pulled: Pulled) -> Self {
        let lock = match (pulled.before, pulled.is_new) {
            (Some(before), _) => format!("was {before}"),
            (None, true) => "new".into(),
            (None, false) => "as before".into(),
        };
        let Pulled { from, connector, digest, .. } = pulled;
        Self { from, connector, digest: digest.to_string(), lock }
    }
}

impl Row {
    fn cells(self) -> Vec<String> {
        vec![self.from, self.connector, self.digest, self.lock]
    }
}
