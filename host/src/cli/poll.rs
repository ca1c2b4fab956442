//! `rounds poll`: one poll now, in a host of this process that does nothing else.
//!
//! Without `--dry-run` it is a poll like any other: the real store, the real destinations. It
//! needs the store for itself; while a host runs, that host is asked to poll instead. A dry run
//! has a store of its own that is gone afterwards, and nobody is told but stdout. A recording has
//! no store at all, and tells a file.

mod conduct;
mod dry;
mod printed;
mod progress;
mod record;
mod remote;

use std::{sync::Arc, time::Duration};

use clap::Args;

pub(super) use self::printed::leftovers;
use super::{
    arguments::{self, At, ConfigFile, TaskName},
    exit::Error,
    logs,
};
use crate::{
    Host, admin,
    audit::{Audit, Event, Subject, What, Who},
    clock::System,
    config::{Config, Since},
    duration,
    model::TaskId,
};

/// Polls once, now; prints the notifications, one JSON object a line.
///
/// While a host runs on this configuration, it is asked to poll, and tells its destinations alone.
/// A dry run knows nothing of earlier polls: it may show again what was told before, and as new
/// what only changed.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    task: TaskName,
    /// From when changes are wanted, whatever the cursor: a time, or a span before now, as 2h
    #[arg(long, value_name = "TIME", value_parser = arguments::since)]
    since: Option<Since>,
    /// Tells nobody and moves no cursor; starts from the task's cursor, if it can be read
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for what cannot be collected or delivered at once
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = duration::parse)]
    wait: Duration,
    #[command(flatten)]
    recording: record::Wanted,
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    at: At,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    logs::of_a_command();
    let config = arguments.config.load()?;
    let task = arguments.task.of(&config)?;
    let since = arguments.since.map(|since| since.resolve(jiff::Timestamp::now()));
    if let Some(folder) = arguments.recording.folder() {
        note(&config, What::Export, &task)?;
        return record::run(&config, &task, since, &folder, arguments.recording).await;
    }
    let at = &arguments.at;
    let wanted = conduct::Wanted { task, since, wait: arguments.wait, dry: arguments.dry_run };
    if arguments.dry_run {
        note(&config, What::Export, &wanted.task)?;
        return dry::run(config, at, wanted).await;
    }
    let client = at.client(&config)?;
    if !matches!(client.health().await, Err(admin::Error::NotRunning(_))) {
        return remote::run(&client, wanted).await;
    }
    note(&config, What::Poll, &wanted.task)?;
    let (builder, printed) = printed::to_stdout(Host::builder(config));
    let host = builder.unscheduled().build().await?;
    conduct::run(host, printed, wanted).await
}

/// Notes who is about to see what a poll finds. Where no host has a folder, nobody keeps a log.
fn note(config: &Config, what: What, task: &TaskId) -> Result<(), Error> {
    if config.host.data.is_dir() {
        let audit = Audit::of(&config.host, Arc::new(System));
        audit.append(&Event::asked(&Who::myself(), what, Subject::of(task)))?;
    }
    Ok(())
}
