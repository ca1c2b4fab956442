//! The real program as a running host.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
};

use rounds::{admin, model::TaskId, status::Report};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
};
use tokio_util::task::TaskTracker;

use super::wait::{eventually, within};

/// A running host. Dropping it kills it.
pub(crate) struct Rounds {
    child: Child,
    admin: admin::Client,
    address: SocketAddr,
    heard: Heard,
}

/// How a host ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its status.
    pub(crate) status: ExitStatus,
    /// All that it wrote to stderr.
    pub(crate) log: String,
}

/// What it wrote so far: its first line on stdout, and its log.
#[derive(Clone)]
struct Heard {
    lines: Arc<Mutex<Lines>>,
    changed: watch::Receiver<()>,
}

#[derive(Default)]
struct Lines {
    out: Vec<String>,
    log: Vec<String>,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Line(Value);

impl Line {
    /// Whether it has a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// A field of it as text; empty where it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }
}

impl Rounds {
    /// Starts the program and waits until it says that it is ready.
    pub(super) async fn start(command: Command) -> Self {
        match Self::try_start(command).await {
            Ok(host) => host,
            Err(ended) => panic!("the host ended before it was ready\n{}", ended.log),
        }
    }

    /// Starts the program; how it ended where it never was ready.
    pub(super) async fn try_start(command: Command) -> Result<Self, Ended> {
        Self::try_start_with_log(command, Stdio::piped()).await
    }

    /// Starts the program with its log to another place, and waits until it says that it is ready.
    pub(super) async fn start_with_log(command: Command, log: Stdio) -> Self {
        let started = Self::try_start_with_log(command, log).await;
        started.unwrap_or_else(|ended| panic!("the host ended before it was ready: {ended:?}"))
    }

    async fn try_start_with_log(mut command: Command, log: Stdio) -> Result<Self, Ended> {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = piped.kill_on_drop(true).spawn().expect("the program starts");
        let heard = Heard::listen(&mut child);
        let Some(ready) = heard.first().await else {
            let status = within("the host's end", child.wait()).await.expect("a status");
            return Err(Ended { status, log: heard.log() });
        };
        let ready: Value = serde_json::from_str(&ready).expect("JSON");
        let address = ready["admin"].as_str().and_then(|text| text.parse().ok());
        let mut address: SocketAddr = address.expect("an address");
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        Ok(Self { child, admin: admin::Client::new(address).expect("a client"), address, heard })
    }

    /// Where its admin API listens.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Asks its admin API.
    pub(crate) fn admin(&self) -> &admin::Client {
        &self.admin
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("a process that nobody waited for")
    }

    /// How it is doing.
    pub(crate) async fn status(&self) -> Report {
        match self.admin.status().await {
            Ok(report) => report,
            Err(error) => panic!("{error}\n{}", self.log()),
        }
    }

    /// Waits until its status has what a look looks for.
    pub(crate) async fn wait_for<T>(
        &self,
        what: &str,
        mut look: impl FnMut(&Report) -> Option<T>,
    ) -> T {
        let story = async || format!("{:#?}\n{}", self.admin.status().await, self.log());
        eventually(what, async || look(&self.status().await), story).await
    }

    /// Waits until a task's last poll failed with an error that fits a pattern.
    pub(crate) async fn wait_for_error(&self, task: &str, pattern: &str) -> String {
        self.wait_for(&format!("{task}: {pattern}"), |report| {
            let error = report.tasks.get(task)?.error.as_ref()?;
            super::fits(pattern, error).then(|| error.clone())
        })
        .await
    }

    /// Waits until a task has been polled so many times more than now, well or not.
    pub(crate) async fn wait_for_polls(&self, task: &str, more: u64) {
        let polls = |report: &Report| report.tasks.get(task).map_or(0, |task| task.polls);
        let before = polls(&self.status().await);
        let polled = |report: &Report| (polls(report) >= before + more).then_some(());
        self.wait_for(&format!("{more} polls of {task}"), polled).await;
    }

    /// Has tasks polled now, and waits until each has been, well or not.
    pub(crate) async fn poll(&self, tasks: &[&str]) {
        let before = self.status().await;
        for name in tasks {
            let (connection, action) = name.split_once('/').expect("a task's name");
            let task = TaskId { connection: connection.into(), action: action.into() };
            self.admin.poll(&task).await.expect("a poll");
        }
        let polls = |report: &Report, name: &str| report.tasks.get(name).map_or(0, |it| it.polls);
        let done = |report: &Report| {
            tasks.iter().all(|name| polls(report, name) > polls(&before, name)).then_some(())
        };
        self.wait_for(&format!("a poll of {tasks:?}"), done).await;
    }

    /// A task's cursor.
    pub(crate) async fn cursor(&self, connection: &str) -> Option<String> {
        let task = TaskId { connection: connection.into(), action: "appointments".into() };
        self.admin.cursor(&task).await.expect("a cursor").cursor
    }

    /// Waits for a line of its log.
    pub(crate) async fn wait_for_log(&self, what: &str, fits: impl Fn(&Line) -> bool) -> Line {
        self.heard.wait(what, |lines| lines.parsed().find(|line| fits(line))).await
    }

    /// The lines of its log so far.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.heard.lines.lock().unwrap().parsed().collect()
    }

    /// Its log so far.
    pub(crate) fn log(&self) -> String {
        self.heard.log()
    }

    /// Ends it as a service manager does, and waits.
    pub(crate) async fn stop(mut self) -> Ended {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Kills it, and waits.
    pub(crate) async fn kill(mut self) -> Ended {
        self.signal(Signal::KILL);
        self.ended().await
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_some()
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> Ended {
        let status = within("the host's end", self.child.wait()).await.expect("a status");
        self.heard.close().await;
        Ended { status, log: self.heard.log() }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.id().cast_signed()).expect("a process id");
        kill_process(id, signal).expect("the host runs");
    }
}

impl Drop for Rounds {
    fn drop(&mut self) {
        // Fails where it has ended already. Its folder is removed next, so it must be gone.
        self.child.start_kill().ok();
        while let Ok(None) = self.child.try_wait() {
            std::thread::yield_now();
        }
        if std::thread::panicking() {
            eprintln!("the host's log:\n{}", self.log());
        }
    }
}

impl Heard {
    fn listen(child: &mut Child) -> Self {
        let lines = Arc::<Mutex<Lines>>::default();
        let (tell, changed) = watch::channel(());
        let readers = TaskTracker::new();
        let out = child.stdout.take().unwrap();
        readers.spawn(listen(out, Arc::clone(&lines), tell.clone(), |lines| &mut lines.out));
        // Where it goes elsewhere, there is nothing to hear.
        if let Some(log) = child.stderr.take() {
            readers.spawn(listen(log, Arc::clone(&lines), tell, |lines| &mut lines.log));
        }
        Self { lines, changed }
    }

    /// The line that says that it is ready; `None` where it ends before.
    async fn first(&self) -> Option<String> {
        let ready = self.there(|lines| lines.out.first().cloned());
        match tokio::time::timeout(super::PATIENCE, ready).await {
            Ok(ready) => ready,
            Err(_) => panic!("waited in vain for its being ready\n{}", self.log()),
        }
    }

    async fn wait<T>(&self, what: &str, found: impl Fn(&Lines) -> Option<T>) -> T {
        match tokio::time::timeout(super::PATIENCE, self.there(found)).await {
            Ok(Some(there)) => there,
            Ok(None) => panic!("the host ended before {what}\n{}", self.log()),
            Err(_) => panic!("waited in vain for {what}\n{}", self.log()),
        }
    }

    /// What is found as soon as it is written; `None` where all ended before.
    async fn there<T>(&self, found: impl Fn(&Lines) -> Option<T>) -> Option<T> {
        let mut changed = self.changed.clone();
        loop {
            changed.mark_unchanged();
            let there = found(&self.lines.lock().unwrap());
            if there.is_some() || changed.changed().await.is_err() {
                return there;
            }
        }
    }

    /// Waits until all that it wrote is read.
    async fn close(&self) {
        let mut changed = self.changed.clone();
        within("the end of the log", async { while changed.changed().await.is_ok() {} }).await;
    }

    fn log(&self) -> String {
        self.lines.lock().unwrap().log.join("\n")
    }
}

impl Lines {
    fn parsed(&self) -> impl Iterator<Item = Line> {
        self.log.iter().filter_map(|line| serde_json::from_str(line).ok().map(Line))
    }
}

async fn listen(
    pipe: impl AsyncRead + Unpin,
    heard: Arc<Mutex<Lines>>,
    tell: watch::Sender<()>,
    to: fn(&mut Lines) -> &mut Vec<String>,
) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        to(&mut heard.lock().unwrap()).push(line);
        tell.send_replace(());
    }
}
