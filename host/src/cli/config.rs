//! `rounds config`: all that a configuration may hold, as the reader has it.

use clap::Subcommand;

use super::{exit::Error, output::Output};
use crate::config::{reference, schema};

/// All that a configuration may hold.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Prints every key with its type, its default and its meaning, in Markdown
    Reference,
    /// Prints the same as a JSON Schema, for editors
    Schema,
}

pub(super) fn run(command: &Command) -> Result<(), Error> {
    let text = match command {
        Command::Reference => reference::markdown(),
        Command::Schema => schema::text(),
    };
    Ok(Output::open().line(text.trim_end())?)
}
