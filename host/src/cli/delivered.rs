//! `rounds delivered`: what destinations took.

use clap::{Args, Subcommand};

use super::{
    arguments::{Which, since},
    exit::Error,
    output::Output,
    purge::{key, record},
};
use crate::{
    admin::{Seek, Wanted},
    clock::{Clock, System},
    config::Since,
    model::NotificationId,
    store::Receipt,
};

/// Lists what destinations took, and shows what was sent.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Lists receipts, the newest first: id, fingerprint and times, nothing of the contents
    List(List),
    /// Shows what was sent, where `payloads` in [host] keeps it: patients' data
    Show(Show),
}

/// What to list.
#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    of: Box<Of>,
    /// Of one destination
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Delivered since: a time, or a span before now
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Since>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = Seek::default().limit)]
    limit: usize,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// At most one of these.
#[derive(Args)]
#[group(multiple = false)]
struct Of {
    /// Of one connection
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// Of one record, by its identifier in the EHR
    #[arg(long, value_name = "CONNECTION/ACTION/ID", value_parser = record)]
    record: Option<Wanted>,
    /// Of a key, as a patient's: `meta.key` of notifications
    #[arg(long, value_name = "CONNECTION/KEY", value_parser = key)]
    key: Option<Wanted>,
}

/// What to show.
#[derive(Args)]
pub(super) struct Show {
    /// The notification's id, as `rounds delivered list` and the receiver have it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    which: Which,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::List(arguments) => list(arguments).await,
        Command::Show(Show { id, which }) => {
            let (keeper, _) = which.keeper().await?;
            Ok(Output::open().json(&keeper.sent(&NotificationId(id)).await?)?)
        }
    }
}

async fn list(arguments: List) -> Result<(), Error> {
    let List { of, destination, since, limit, which, json } = arguments;
    let since = since.map(|since| since.resolve(System.now()));
    let connection = of.connection.map(|connection| Wanted::Connection { connection });
    let of = connection.or(of.record).or(of.key);
    let (keeper, _) = which.keeper().await?;
    let receipts = keeper.delivered(&Seek { of, destination, since, limit }).await?;
    let mut output = Output::open();
    if json {
        return Ok(output.json(&receipts)?);
    }
    if receipts.is_empty() {
        return Ok(output.line("nothing was delivered, or that is forgotten")?);
    }
    Ok(output.table(&HEADS, receipts.iter().map(row).collect())?)
}

const HEADS: [&str; 7] =
    ["delivered", "destination", "sequence", "event", "attempts", "task", "id"];

fn row(receipt: &Receipt) -> Vec<String> {
    vec![
        format!("{:.0}", receipt.delivered_at),
        receipt.destination.to_string(),
        receipt.sequence.to_string(),
        receipt.event.clone(),
        receipt.attempts.to_string(),
        receipt.task.to_string(),
        receipt.notification_id.to_string(),
    ]
}
