//! The real program, and how long it takes.

use std::{
    fs,
    net::SocketAddr,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rounds::admin::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time,
};

use crate::site::{Draft, Site};

/// How often a host is asked whether it is there yet.
const LOOK: Duration = Duration::from_millis(1);
/// How fine Linux counts what a process used.
const TICK: Duration = Duration::from_millis(10);

/// A host that runs.
pub(crate) struct Program {
    child: Child,
    admin: Client,
}

/// How long something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// CPU time of the host and of the compilers that it started.
    pub(crate) cpu: Duration,
}

/// What it prints when it is ready.
#[derive(Deserialize)]
struct Ready {
    tasks: usize,
    admin: SocketAddr,
}

impl Program {
    /// Starts it; how long until it was ready.
    pub(crate) async fn start(site: &Site) -> Result<(Self, Took)> {
        let began = now();
        let mut child = command(site, "run")?.spawn()?;
        let output = child.stdout.take().context("its output")?;
        let line = BufReader::new(output).lines().next_line().await?;
        let wall = began.elapsed();
        let line = line.with_context(|| log(site))?;
        let Ready { tasks, admin } = serde_json::from_str(&line)?;
        ensure!(tasks == site.tasks(), "{tasks} tasks: {}", log(site));
        let program = Self { child, admin: Client::new(admin)? };
        let cpu = program.used()?;
        Ok((program, Took { wall, cpu }))
    }

    /// Moves a file into its place; how long until it is in service.
    pub(crate) async fn until_serving(&self, name: &str, draft: Draft) -> Result<Took> {
        let (before, began) = (self.used()?, now());
        fs::rename(&draft.path, &draft.place)?;
        loop {
            let report = self.admin.status().await?;
            let serving = report.connectors.get(name).context("it is in service")?;
            ensure!(serving.error.is_none(), "{:?}", serving.error);
            if serving.digest == draft.digest {
                let wall = began.elapsed();
                return Ok(Took { wall, cpu: self.used()?.saturating_sub(before) });
            }
            time::sleep(LOOK).await;
        }
    }

    /// Has it end, and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        self.child.wait().await?;
        Ok(())
    }

    fn pid(&self) -> Result<Pid> {
        let id = self.child.id().context("it ended")?;
        Pid::from_raw(i32::try_from(id)?).context("its id")
    }

    /// CPU time of the process, and of its children that ended.
    fn used(&self) -> Result<Duration> {
        let id = self.pid()?.as_raw_nonzero();
        let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
        let (_, fields) = stat.rsplit_once(')').context("a line of fields")?;
        let used = fields.split_whitespace().skip(11).take(4);
        let ticks = used.map(|field| field.parse::<u32>()).sum::<Result<u32, _>>()?;
        Ok(TICK * ticks)
    }
}

/// Has it check the configuration; how long that took. Of its CPU time nothing is known.
pub(crate) async fn check(site: &Site) -> Result<Took> {
    let began = now();
    let ended: ExitStatus = command(site, "check")?.spawn()?.wait().await?;
    let wall = began.elapsed();
    ensure!(ended.success(), "{}", log(site));
    Ok(Took { wall, cpu: Duration::ZERO })
}

fn command(site: &Site, what: &str) -> Result<Command> {
    let mut command = Command::new(&site.program);
    command.args([what, "-c"]).arg(site.path("rounds.toml"));
    command.env("ROUNDS_BENCH_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let log = fs::File::create(site.path("log"))?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
    Ok(command)
}

fn log(site: &Site) -> String {
    fs::read_to_string(site.path("log")).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the machine's clock")]
fn now() -> Instant {
    Instant::now()
}
