//! How late polls start where there are many tasks.
//!
//! `cargo bench -p rounds --bench schedule` gives the scheduler so many tasks on one-minute
//! intervals and notes, at every start, how far it is from when it was due. Of so many in a
//! hundred, the run is a whole poll of a practice EHR with nothing new to tell: a fresh guest of
//! the real connector, a request, the answer read, the cursor committed. The others end at once.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/connector.rs"]
mod connector;
mod ehr;
#[path = "../support/folder.rs"]
mod folder;
mod polls;
mod report;
mod runs;
#[path = "../support/spread.rs"]
mod spread;
#[path = "../support/usage.rs"]
mod usage;

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use clap::Parser;
use jiff::Timestamp;
use rounds::{
    clock::System,
    model::TaskId,
    schedule::{Entry, Options, Run, cadence::Cadence},
};
use tokio::time;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    ehr::Ehr,
    folder::Folder,
    polls::Polls,
    runs::{Noted, Starts},
    usage::Usage,
};

const EVERY: Duration = Duration::from_secs(60);
/// Polls at once, as a host has it.
const CONCURRENCY: usize = 64;

/// Measures how late polls start.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Tasks, each due once a minute
    #[arg(long, default_value_t = 100_000)]
    tasks: usize,
    /// How long they run
    #[arg(long, default_value_t = 90)]
    seconds: u64,
    /// Of a hundred tasks, so many poll; the others have nothing to do
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(0..=100))]
    polling: u64,
    /// Connections that the polling tasks are spread over
    #[arg(long, default_value_t = 1_000)]
    connections: usize,
    /// Be the EHR
    #[arg(long, hide = true)]
    serve: bool,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.serve {
        true => runtime.block_on(ehr::serve()),
        false => runtime.block_on(measure(&arguments)),
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let connector = connector::build()?;
    let (ehr, folder) = (Ehr::start()?, Folder::new("schedule")?);
    report::begin(arguments);
    let polls = Arc::new(Polls::new(arguments, &connector, &ehr, &folder.0).await?);
    let starts = Arc::new(Starts::default());
    let (tracker, shutdown) = (TaskTracker::new(), CancellationToken::new());
    let (scheduler, _handle) = Options {
        entries: entries(arguments, &polls, &starts),
        concurrency: CONCURRENCY,
        clock: Arc::new(System),
        tracker: tracker.clone(),
    }
    .build();
    let before = Usage::now();
    tracker.spawn(scheduler.run(shutdown.clone()));
    time::sleep(Duration::from_secs(arguments.seconds)).await;
    shutdown.cancel();
    tracker.close();
    tracker.wait().await;
    report::end(arguments, &starts, &polls, before, Usage::now());
    Ok(())
}

/// The tasks, as of a host that was restarted: each waits for its own next tick.
fn entries(arguments: &Arguments, polls: &Arc<Polls>, starts: &Arc<Starts>) -> Vec<Entry> {
    let now = Timestamp::now();
    let entry = |number: usize| {
        let connection = number % arguments.connections.max(1);
        let action = format!("action-{}", number / arguments.connections.max(1));
        let id = TaskId {
            connection: format!("connection-{connection}").as_str().into(),
            action: action.as_str().into(),
        };
        let polls = ((number as u64 * 7) % 100 < arguments.polling).then(|| Arc::clone(polls));
        let run: Arc<dyn Run> =
            Arc::new(Noted { starts: Arc::clone(starts), id: id.clone(), connection, polls });
        Entry { id, cadence: Cadence::Every(EVERY), last_run: Some(now), run }
    };
    (0..arguments.tasks).map(entry).collect()
}
