//! The real program, and what it says of a listing.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use rounds::{
    admin::Client,
    model::TaskId,
    status::{Report, Sweep, Task},
    store::Ended,
};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time,
};

/// How often a host is asked how far it is.
const LOOK: Duration = Duration::from_millis(250);
/// No pass takes so long that goes on at all.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);

/// A host that runs.
pub(crate) struct Program {
    child: Child,
    admin: Client,
    log: PathBuf,
}

/// A pass over a listing that came to its end, and all that it found.
#[derive(Clone, Copy)]
pub(crate) struct Passed {
    /// What the host says of it.
    pub(crate) ended: Ended,
    /// Until its last page was read.
    pub(crate) read: Duration,
    /// Until nothing was under way any more.
    pub(crate) took: Duration,
    /// The most containers under way.
    pub(crate) pending: usize,
    /// How often it stopped until there was room for more of them.
    pub(crate) held_back: usize,
}

/// What it prints when it is ready.
#[derive(Deserialize)]
struct Ready {
    admin: SocketAddr,
}

impl Program {
    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(mut command: Command, log: PathBuf) -> Result<Self> {
        let mut child = command.kill_on_drop(true).spawn()?;
        let output = child.stdout.take().context("its output")?;
        let line = BufReader::new(output).lines().next_line().await?;
        let line = line.with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
        let Ready { admin } = serde_json::from_str(&line)?;
        Ok(Self { child, admin: Client::new(admin)?, log })
    }

    /// The last whole pass over a task's listing, if there was one.
    pub(crate) async fn last_pass(&self, task: &TaskId) -> Result<Option<Ended>> {
        let report = self.admin.status().await?;
        Ok(of(&report, task)?.1.listing.ended)
    }

    /// Waits for a whole pass over a task's listing after that one, and until all that it found is
    /// collected. Where a poll `reads` it, the task is polled at once, and again when it rests and has
    /// not read all: whoever waits for its next poll measures nothing but waiting.
    pub(crate) async fn pass_after(
        &self,
        task: &TaskId,
        before: Option<Ended>,
        reads: bool,
    ) -> Result<Passed> {
        time::timeout(PATIENCE, self.wait_for_pass(task, before, reads))
            .await
            .with_context(|| format!("{task} was not read: {}", self.tail()))?
    }

    async fn wait_for_pass(
        &self,
        task: &TaskId,
        before: Option<Ended>,
        reads: bool,
    ) -> Result<Passed> {
        let began = now();
        let (mut read, mut pending, mut held_back) = (None, 0, 0);
        loop {
            let report = self.admin.status().await?;
            let (state, sweep) = of(&report, task)?;
            self.check(state, &sweep)?;
            let under_way = report.pending.get(task.connection.as_str()).copied();
            let under_way = under_way.unwrap_or_default();
            pending = pending.max(under_way);
            let ended = sweep.listing.ended.filter(|ended| Some(*ended) != before);
            if ended.is_some() {
                read.get_or_insert_with(|| began.elapsed());
            }
            if let (Some(ended), Some(read), 0) = (ended, read, under_way) {
                return Ok(Passed { ended, read, took: began.elapsed(), pending, held_back });
            }
            let rests = state.next_at.is_some_and(|at| at > Timestamp::now());
            if reads && ended.is_none() && rests && under_way == 0 {
                held_back += usize::from(state.error.is_some());
                self.admin.poll(task).await?;
            }
            time::sleep(LOOK).await;
        }
    }

    /// That nothing has gone wrong.
    fn check(&self, task: &Task, sweep: &Sweep) -> Result<()> {
        ensure!(sweep.error.is_none(), "{:?}: {}", sweep.error, self.tail());
        ensure!(sweep.listing.held.is_none(), "{:?}", sweep.listing);
        match &task.error {
            Some(error) if !error.contains("host.max_pending") => bail!("{error}: {}", self.tail()),
            _ => Ok(()),
        }
    }

    /// The most memory that it ever had, in bytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?.as_raw_nonzero()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes: Option<u64> =
            line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        Ok(kibibytes.context("its largest resident set")? * 1024)
    }

    /// Has it end, and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        let ended = self.child.wait().await?;
        ensure!(ended.success(), "it ended with {ended}: {}", self.tail());
        Ok(())
    }

    fn pid(&self) -> Result<Pid> {
        let id = self.child.id().context("it ended")?;
        Pid::from_raw(i32::try_from(id)?).context("its id")
    }

    /// The end of its log.
    fn tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// What is said of a task, and of its listing.
fn of<'r>(report: &'r Report, task: &TaskId) -> Result<(&'r Task, Sweep)> {
    let state = report.tasks.get(&task.to_string()).context("a task")?;
    Ok((state, state.sweep.clone().unwrap_or_default()))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the machine's clock")]
fn now() -> Instant {
    Instant::now()
}
