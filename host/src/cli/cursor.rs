//! `rounds cursor`: where a task's next poll starts.

use clap::{Args, Subcommand};

use super::{
    arguments::{TaskName, Which},
    exit::Error,
    output::{Output, plain},
};
use crate::admin::Cursor;

/// Shows or sets where a task's next poll starts.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Shows where a task's next poll starts
    Show(Show),
    /// Sets where a task's next poll starts; what lies between is skipped or read again
    Set(Set),
}

/// Which cursor to show.
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    task: TaskName,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

/// Which cursor to set.
#[derive(Args)]
pub(super) struct Set {
    #[command(flatten)]
    task: TaskName,
    /// The cursor, as the connector writes it, which judges it at the next poll
    #[arg(required_unless_present = "reset", conflicts_with = "reset")]
    value: Option<String>,
    /// Starts from the task's `since`, or from now; what was told is not told again, and no baseline is
    /// read again
    #[arg(long)]
    reset: bool,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Show(Show { task, which, json }) => {
            let (keeper, config) = which.keeper().await?;
            let task = Which::task(&task, config.as_ref())?;
            show(&keeper.cursor(&task).await?, json)
        }
        Command::Set(Set { task, value, which, json, reset: _ }) => {
            let (keeper, config) = which.keeper().await?;
            let task = Which::task(&task, config.as_ref())?;
            show(&keeper.set_cursor(&task, value).await?, json)
        }
    }
}

fn show(cursor: &Cursor, json: bool) -> Result<(), Error> {
    let mut output = Output::open();
    match (json, &cursor.cursor) {
        (true, _) => output.json(cursor)?,
        (false, Some(value)) => output.line(&plain(value))?,
        (false, None) => output.line("none: the next poll starts the task anew")?,
    }
    Ok(())
}
