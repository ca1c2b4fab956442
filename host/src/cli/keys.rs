//! `rounds keys`: the keys that patients' data is sealed with.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{arguments::Which, exit::Error, output::Output};

/// Looks after the keys that patients' data is sealed with.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Takes up the key of [host.seal] anew, and gives every connection a new key; the host goes on
    #[command(after_help = "\
With a key from a file or a command: put the new key there, then rotate. With one from the
environment: restart the host with the new one as `key` and the old one among `old_keys`, which
takes it up as well. When this is done, the old key opens nothing of the store any more.")]
    Rotate(Rotate),
}

/// Whose keys.
#[derive(Args)]
pub(super) struct Rotate {
    #[command(flatten)]
    which: Which,
    /// JSON instead of a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    let Command::Rotate(Rotate { which, json }) = command;
    let (keeper, _) = which.keeper().await?;
    let rotated = keeper.rotate_keys().await?;
    let mut output = Output::open();
    if json {
        let (outer, wrapped, made) = (&rotated.outer, rotated.wrapped, rotated.made);
        return Ok(output.json(&json!({ "key": outer, "wrapped": wrapped, "made": made }))?);
    }
    let line = format!(
        "the key is {}; it wraps {} that were, and {} new ones",
        rotated.outer, rotated.wrapped, rotated.made
    );
    Ok(output.line(&line)?)
}
