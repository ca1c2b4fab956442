//! `rounds purge`: has a host forget what it holds of somebody.

use clap::Args;

use super::{arguments::Which, exit::Error, output::Output};
use crate::admin::{Purged, Wanted};

/// Destroys what the host holds of a connection, a record or a patient's key.
///
/// Without --yes it only counts. What was not delivered yet is not delivered any more; what a
/// destination has is its own. Where the EHR shows a record once more, it is told once more.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    what: What,
    /// Does it: nobody can undo that
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

/// One of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct What {
    /// All of a connection: its tasks begin anew
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// One record, by its identifier in the EHR
    #[arg(long, value_name = "CONNECTION/ACTION/ID", value_parser = record)]
    record: Option<Wanted>,
    /// All records of a key, as a patient's: `meta.key` of notifications
    #[arg(long, value_name = "CONNECTION/KEY", value_parser = key)]
    key: Option<Wanted>,
}

impl What {
    fn wanted(self) -> Option<Wanted> {
        let connection = self.connection.map(|connection| Wanted::Connection { connection });
        connection.or(self.record).or(self.key)
    }
}

/// Names of connections and actions have no slash; identifiers may.
pub(super) fn record(text: &str) -> Result<Wanted, String> {
    let parts = text.split_once('/').and_then(|(connection, rest)| {
        let (action, id) = rest.split_once('/')?;
        Some([connection, action, id].map(str::to_owned))
    });
    match parts {
        Some([connection, action, id]) if !id.is_empty() => {
            Ok(Wanted::Record { connection, action, id })
        }
        _ => Err("write CONNECTION/ACTION/ID".into()),
    }
}

pub(super) fn key(text: &str) -> Result<Wanted, String> {
    match text.split_once('/') {
        Some((connection, key)) if !key.is_empty() => {
            Ok(Wanted::Key { connection: connection.into(), key: key.into() })
        }
        _ => Err("write CONNECTION/KEY".into()),
    }
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { what, yes, which, json } = arguments;
    let what = what.wanted().ok_or_else(|| Error::Wrong("say what to purge".into()))?;
    let (keeper, _) = which.keeper().await?;
    let purged = keeper.purge(&what, yes).await?;
    let mut output = Output::open();
    match json {
        true => Ok(output.json(&purged)?),
        false => Ok(output.line(&told(&purged))?),
    }
}

fn told(purged: &Purged) -> String {
    let Purged { done, containers, dead, records, delivered } = purged;
    let counts = format!(
        "containers {containers}, dead letters {dead}, records {records}, receipts {delivered}"
    );
    match done {
        true => format!("purged: {counts}"),
        false => format!("would be purged: {counts}; say --yes to do it"),
    }
}
