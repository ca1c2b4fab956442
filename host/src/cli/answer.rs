//! `rounds answer`: an answer of an EHR that cannot be asked for again, and that no connector can
//! read.

use clap::{Args, Subcommand};

use super::{
    arguments::{TaskName, Which},
    exit::Error,
    output::Output,
};

/// Looks after answers that an EHR gives once only, where a task cannot read one.
///
/// Such a task keeps the answer and asks for no other before it is read: by a new version of its
/// connector, which needs nothing but its file, or by nobody, once a person buries it.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Shows all of the answer that a task keeps: patients' data
    Show(Show),
    /// Makes a dead letter of the answer that a task keeps, and polls on
    ///
    /// What changed in it is told to nobody until a connector can read it and `rounds dead replay`
    /// gives it back to the task; it is told behind what came later, then. It is lost when the dead
    /// letter is forgotten, after `dead_letters` of [host]: `rounds dead show` shows it until then.
    Bury(Bury),
}

/// Whose answer to show.
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    task: TaskName,
    #[command(flatten)]
    which: Which,
}

/// Whose answer to bury.
#[derive(Args)]
pub(super) struct Bury {
    #[command(flatten)]
    task: TaskName,
    #[command(flatten)]
    which: Which,
    /// JSON instead of lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Show(arguments) => show(arguments).await,
        Command::Bury(arguments) => bury(arguments).await,
    }
}

async fn show(Show { task, which }: Show) -> Result<(), Error> {
    let (keeper, config) = which.keeper().await?;
    let task = Which::task(&task, config.as_ref())?;
    Ok(Output::open().json(&keeper.answer(&task).await?)?)
}

async fn bury(Bury { task, which, json }: Bury) -> Result<(), Error> {
    let (keeper, config) = which.keeper().await?;
    let task = Which::task(&task, config.as_ref())?;
    let buried = keeper.bury_answer(&task).await?;
    let (mut output, letter) = (Output::open(), buried.container);
    if json {
        return Ok(output.json(&buried)?);
    }
    output.line(&format!(
        "dead letter {letter} holds the answer now, and {task} polls on; what changed in it may be lost: nobody is told of it unless a connector can read it and `rounds dead replay {letter}` gives it back before dead letters are forgotten"
    ))?;
    Ok(())
}
