//! `rounds keys`: the keys that patients' data is sealed with.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{arguments::Which, exit::Error, keeper, output::Output};
use crate::store::KeyState;

/// Looks after the keys that patients' data is sealed with.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Takes up the key of [host.seal] anew, and gives every connection a new key; the host goes on
    #[command(after_help = "\
With a key from a file or a command: put the new key there, then rotate. With one from the
environment: restart the host with the new one as `key` and the old one among `old_keys`, which
takes it up as well. When this is done, the old key opens nothing of the store any more.")]
    Rotate(Rotate),
    /// Looks at every key and what it sealed; the exit code is 1 where one does not open
    #[command(after_help = "\
What is wrapped by an old key says so: once none is, that key may go from `old_keys`. Works without
a host, too, as on a copy of a data folder, and where the store does not open for want of a key.")]
    Verify(Verify),
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

/// Whose keys.
#[derive(Args)]
pub(super) struct Verify {
    #[command(flatten)]
    which: Which,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Rotate(arguments) => rotate(arguments).await,
        Command::Verify(arguments) => verify(arguments).await,
    }
}

async fn rotate(Rotate { which, json }: Rotate) -> Result<(), Error> {
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

async fn verify(Verify { which, json }: Verify) -> Result<(), Error> {
    let keys = keeper::keys(&which).await?;
    let mut output = Output::open();
    if json {
        let (outer, of) = (&keys.outer, &keys.keys);
        output.json(&json!({ "whole": keys.are_whole(), "outer": outer, "keys": of }))?;
    } else {
        output.table(&HEADS, keys.keys.iter().map(row).collect())?;
        output.line(&format!("outer keys: {}", keys.outer.join(", ")))?;
    }
    if keys.are_whole() { Ok(()) } else { Err(Error::Told) }
}

const HEADS: [&str; 5] = ["key", "connection", "wrapped by", "values", "state"];

fn row(key: &KeyState) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let state = match &key.error {
        Some(error) => error,
        None if key.destroyed => "destroyed",
        None => "opens",
    };
    vec![
        key.number.to_string(),
        or_dash(&key.connection),
        or_dash(&key.outer),
        key.values.to_string(),
        state.to_owned(),
    ]
}
