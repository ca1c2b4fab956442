//! `rounds dead`: what needs a person, and having it done again.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{arguments::Which, exit::Error, output::Output};
use crate::{admin::Replay, model::ContainerId, store::DeadLetter};

/// Lists or replays what could not be collected or delivered.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Lists all dead letters, oldest first
    List(List),
    /// Shows all that a dead letter holds: patients' data
    Show(Show),
    /// Puts dead letters back in line
    Replay(Replays),
}

/// Which one to show.
#[derive(Args)]
pub(super) struct Show {
    /// The number that `rounds dead list` shows
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    which: Which,
}

/// What to list.
#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What to replay.
#[derive(Args)]
pub(super) struct Replays {
    /// The numbers that `rounds dead list` shows
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<u64>,
    /// All that there are
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::List(arguments) => list(arguments).await,
        Command::Show(arguments) => show(arguments).await,
        Command::Replay(arguments) => replay(arguments).await,
    }
}

async fn show(Show { id, which }: Show) -> Result<(), Error> {
    let (keeper, _) = which.keeper().await?;
    let letter = keeper.dead_letter(ContainerId(id)).await?;
    Ok(Output::open().json(&letter)?)
}

async fn list(List { which, json }: List) -> Result<(), Error> {
    let (keeper, _) = which.keeper().await?;
    let letters = keeper.dead().await?;
    let mut output = Output::open();
    if json {
        return Ok(output.json(&letters)?);
    }
    if letters.is_empty() {
        return Ok(output.line("no dead letters")?);
    }
    Ok(output.table(&HEADS, letters.iter().map(row).collect())?)
}

async fn replay(Replays { ids, all, which, json }: Replays) -> Result<(), Error> {
    let (keeper, _) = which.keeper().await?;
    let wanted = ids.iter().collect::<BTreeSet<_>>().len();
    let replay = Replay { containers: ids.into_iter().map(ContainerId).collect(), all };
    let replayed = keeper.replay(replay).await?;
    let mut output = Output::open();
    if json {
        return Ok(output.json(&json!({ "replayed": replayed }))?);
    }
    output.line(&format!("put back in line: {replayed}"))?;
    match wanted.saturating_sub(replayed) {
        0 => Ok(()),
        left => Ok(output.line(&format!(
            "left as they are: {left}, of answers whose task has another one to read first"
        ))?),
    }
}

const HEADS: [&str; 6] = ["id", "since", "task", "destination", "event", "why"];

fn row(letter: &DeadLetter) -> Vec<String> {
    let DeadLetter { container, task, destination, event, reason, at, .. } = letter;
    let destination = destination.as_ref().map_or_else(|| "-".into(), ToString::to_string);
    let event = event.clone().unwrap_or_else(|| "-".into());
    vec![
        container.to_string(),
        format!("{at:.0}"),
        task.to_string(),
        destination,
        event,
        reason.clone(),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::model::{NotificationId, TaskId};

    #[test]
    fn a_row_says_what_there_is() {
        let mut letter = DeadLetter {
            container: ContainerId(7),
            notification_id: NotificationId("msg_1".into()),
            task: TaskId { connection: "general".into(), action: "orders".into() },
            destination: None,
            event: None,
            reason: "the connector failed".into(),
            at: "2026-05-05T10:00:00.25Z".parse().unwrap(),
        };
        let expected =
            ["7", "2026-05-05T10:00:00Z", "general/orders", "-", "-", "the connector failed"];
        assert_eq!(row(&letter), expected);
        (letter.destination, letter.event) = (Some("app".into()), Some("Order.New".into()));
        assert_eq!(row(&letter).get(3..5).unwrap(), ["app", "Order.New"]);
    }
}
