//! `rounds task`: deciding what becomes of a listing that is held.

use clap::{Args, Subcommand};

use super::{
    arguments::{TaskName, Which},
    exit::Error,
    output::Output,
};
use crate::{admin::Decided, model::TaskId};

/// Decides of a listing in which more than a fifth of what was there is missing at once.
///
/// It is held until a person has looked, as another system may answer behind the same URL, or
/// another user's view of it: nobody was told that anything is gone. `rounds status` says what is
/// held.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Tells what is missing in it as gone
    Accept(Decide),
    /// Forgets it, tells nobody, and reads the listing anew
    Reject(Decide),
}

/// Of which task.
#[derive(Args)]
pub(super) struct Decide {
    #[command(flatten)]
    task: TaskName,
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    let (Decide { task, which, json }, accept) = match command {
        Command::Accept(decide) => (decide, true),
        Command::Reject(decide) => (decide, false),
    };
    let (keeper, config) = which.keeper().await?;
    let task = Which::task(&task, config.as_ref())?;
    let decided = keeper.decide_listing(&task, accept).await?;
    let mut output = Output::open();
    match json {
        true => output.json(&decided)?,
        false => output.line(&told(&task, &decided))?,
    }
    Ok(())
}

fn told(task: &TaskId, Decided { accepted, gone, of }: &Decided) -> String {
    match accepted {
        true => format!(
            "{task}: {gone} of {of} records are told as gone, but for those that a poll has read since"
        ),
        false => format!(
            "{task}: the listing without {gone} of {of} records is forgotten; nobody was told, and it is read anew"
        ),
    }
}
