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

use std::{cell::Cell, sync::Arc, time::Duration};

use clap::Args;

pub(super) use self::printed::leftovers;
use super::{
    arguments::{self, At, ConfigFile, TaskName},
    exit::Error,
    logs,
};
use crate::{
    Host,
    admin::{self, Client},
    audit::{Audit, Event, Outcome, Subject, What, Who},
    clock::System,
    config::{Config, Since},
    duration,
    model::TaskId,
};

/// Polls once, now; prints the notifications, one JSON object a line, unless a host runs.
///
/// While a host runs on this configuration, or where one is named with --admin, it is asked to poll,
/// and tells its destinations alone. Without one it is a poll like any other: destinations are told,
/// and each notification is printed as well. A dry run and a recording poll by themselves, and tell
/// nobody.
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
    let since = arguments.since.map(|since| since.resolve(jiff::Timestamp::now()));
    if !arguments.dry_run
        && arguments.recording.folder().is_none()
        && let Some(client) = running(&arguments).await?
    {
        let (task, wait) = (arguments.task.id(), arguments.wait);
        return remote::run(&client, conduct::Wanted { task, since, wait, dry: false }).await;
    }
    let config = arguments.config.load()?;
    let task = arguments.task.of(&config)?;
    let told = Cell::new(0);
    if let Some(folder) = arguments.recording.folder() {
        let noted = Noted::begin(&config, What::Export, &task)?;
        let recording = (&*folder, arguments.recording);
        let done = record::run(&config, &task, since, recording, &told).await;
        return noted.end(done, &told);
    }
    let at = &arguments.at;
    let wanted = conduct::Wanted { task, since, wait: arguments.wait, dry: arguments.dry_run };
    if arguments.dry_run {
        let noted = Noted::begin(&config, What::Export, &wanted.task)?;
        return noted.end(dry::run(config, at, wanted, &told).await, &told);
    }
    let noted = Noted::begin(&config, What::Poll, &wanted.task)?;
    noted.end(here(config, wanted, &told).await, &told)
}

/// The host that polls, where one runs or was named. It is asked without what only it needs, as a
/// secret.
async fn running(arguments: &Arguments) -> Result<Option<Client>, Error> {
    if let Some(client) = arguments.at.named()? {
        return Ok(Some(client));
    }
    let client = arguments.at.client(&arguments.config.to_ask()?)?;
    let is_running = !matches!(client.health().await, Err(admin::Error::NotRunning(_)));
    Ok(is_running.then_some(client))
}

async fn here(config: Config, wanted: conduct::Wanted, told: &Cell<usize>) -> Result<(), Error> {
    let (builder, printed) = printed::to_stdout(Host::builder(config));
    let host = builder.unscheduled().build().await?;
    conduct::run(host, printed, wanted, told).await
}

/// What the audit log says of a poll whose notifications this user sees: that they are about to,
/// and then of how many.
struct Noted(Option<(Audit, Event)>);

impl Noted {
    /// A poll makes the host's folder where there is none. What leaves nothing behind does not, and
    /// where nobody has a folder, nobody keeps a log.
    fn begin(config: &Config, what: What, task: &TaskId) -> Result<Self, Error> {
        if what != What::Poll && !config.host.data.is_dir() {
            return Ok(Self(None));
        }
        let audit = Audit::of(&config.host, Arc::new(System));
        let asked = Event::asked(&Who::myself(), what, Subject::of(task));
        audit.append(&asked)?;
        Ok(Self(Some((audit, asked))))
    }

    fn end(self, done: Result<(), Error>, told: &Cell<usize>) -> Result<(), Error> {
        let Some((audit, asked)) = self.0 else { return done };
        let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
        audit.append(&asked.became(outcome, Some(told.get() as u64)))?;
        done
    }
}
