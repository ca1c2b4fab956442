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

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Result;
use clap::Parser;
use jiff::Timestamp;
use rounds::{
    clock::System,
    model::{ActionName, ConnectionName, TaskId},
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
    /// Be the EHR, once this connector is compiled into this cache
    #[arg(long, hide = true, num_args = 2)]
    serve: Option<Vec<PathBuf>>,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.serve.as_deref() {
        Some([connector, cache]) => runtime.block_on(ehr::serve(connector, cache)),
        _ => runtime.block_on(measure(&arguments)),
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let connector = connector::build()?;
    let folder = Folder::new("schedule")?;
    let cache = folder.0.join("cache");
    let ehr = Ehr::start(&connector, &cache)?;
    report::begin(arguments);
    let connector = polls::load(&connector, &cache).await?;
    let polls = Arc::new(Polls::new(arguments, connector, &ehr, &folder.0)?);
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

/// The tasks, as of a host that was restarted: each waits for its own next tick. They share
/// their names, as those of a configuration do.
fn entries(arguments: &Arguments, polls: &Arc<Polls>, starts: &Arc<Starts>) -> Vec<Entry> {
    let connections = arguments.connections.max(1);
    let name = |number: usize| ConnectionName::from(format!("connection-{number}").as_str());
    let names: Vec<ConnectionName> = (0..connections).map(name).collect();
    let actions = (0..arguments.tasks.div_ceil(connections))
        .map(|number| ActionName::from(format!("action-{number}").as_str()));
    let ids = actions.flat_map(|action| {
        names.iter().enumerate().map(move |(connection, name)| {
            (connection, TaskId { connection: name.clone(), action: action.clone() })
        })
    });
    let now = Timestamp::now();
    let entry = |(number, (connection, id)): (u64, (usize, TaskId))| {
        let polls = ((number * 7) % 100 < arguments.polling).then(|| Arc::clone(polls));
        let run: Arc<dyn Run> =
            Arc::new(Noted { starts: Arc::clone(starts), id: id.clone(), connection, polls });
        Entry { id, cadence: Cadence::Every(EVERY), last_run: Some(now), run }
    };
    (0..).zip(ids).take(arguments.tasks).map(entry).collect()
}
