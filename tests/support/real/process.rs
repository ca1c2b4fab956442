//! A real system as a process: started, listened to, ended.
//!
//! Each prints JSON lines on stdout, its port in the first. Threads read them, so that a
//! test's runtime may come and go. Each ends when its stdin closes, so none outlives the
//! tests, however they end.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::sync::watch;

/// How long a test waits for what should be there in a moment, on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A running real system. Dropping it kills it.
pub(super) struct Process {
    name: &'static str,
    child: Child,
    port: u16,
    heard: Arc<Mutex<Heard>>,
    changed: watch::Receiver<()>,
}

#[derive(Default)]
struct Heard {
    /// The JSON lines of stdout, after the one with the port.
    lines: Vec<Value>,
    port: Option<u16>,
    /// Whatever else it wrote.
    log: Vec<String>,
}

impl Process {
    /// Starts it and waits for its port. Panics with its log if it ends before.
    pub(super) async fn start(name: &'static str, command: Command) -> Self {
        Self::start_within(PATIENCE, name, command).await
    }

    /// Starts one that may take so long to be ready.
    pub(super) async fn start_within(
        patience: Duration,
        name: &'static str,
        mut command: Command,
    ) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (tell, changed) = watch::channel(());
        listen(child.stdout.take().unwrap(), heard.clone(), tell.clone(), Heard::line);
        listen(child.stderr.take().unwrap(), heard.clone(), tell, Heard::log);
        let mut process = Self { name, child, port: 0, heard, changed };
        process.port = process.wait("its port", patience, |heard| heard.port).await;
        process
    }

    /// Where it listens, as `http://127.0.0.1:1234`.
    pub(super) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The JSON lines it printed so far.
    pub(super) fn lines(&self) -> Vec<Value> {
        self.heard.lock().unwrap().lines.clone()
    }

    /// Waits until its lines are what `until` wants. Panics with its log if that takes too long.
    pub(super) async fn wait_for(
        &self,
        what: &str,
        until: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let enough = |heard: &Heard| until(&heard.lines).then(|| heard.lines.clone());
        self.wait(what, PATIENCE, enough).await
    }

    /// What it last wrote beside its lines, to say in a failure.
    pub(super) fn log(&self) -> String {
        let heard = self.heard.lock().unwrap();
        let from = heard.log.len().saturating_sub(40);
        heard.log[from..].join("\n")
    }

    async fn wait<T>(
        &self,
        what: &str,
        patience: Duration,
        found: impl Fn(&Heard) -> Option<T>,
    ) -> T {
        let mut changed = self.changed.clone();
        let look = || found(&self.heard.lock().unwrap());
        let wait = async {
            loop {
                changed.mark_unchanged();
                if let Some(there) = look() {
                    return Some(there);
                }
                if changed.changed().await.is_err() {
                    return look();
                }
            }
        };
        match tokio::time::timeout(patience, wait).await {
            Ok(Some(there)) => there,
            Ok(None) => panic!("{} ended before {what}\n{}", self.name, self.story()),
            Err(_) => panic!("{}: waited in vain for {what}\n{}", self.name, self.story()),
        }
    }

    /// Its last lines, each cut short, and its log.
    fn story(&self) -> String {
        let lines = self.lines();
        let last = lines[lines.len().saturating_sub(10)..].iter().map(Value::to_string);
        let last: String = last.map(|line| format!("{line:.300}\n")).collect();
        format!("{} lines, the last of them:\n{last}its log:\n{}", lines.len(), self.log())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only where the process has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Heard {
    fn line(&mut self, line: String) {
        match serde_json::from_str::<Value>(&line) {
            Ok(line) if self.port.is_none() => {
                self.port = line["port"].as_u64().map(|port| port as u16)
            }
            Ok(line) => self.lines.push(line),
            Err(_) => self.log(line),
        }
    }

    fn log(&mut self, line: String) {
        self.log.push(line);
    }
}

/// Reads a pipe to its end; when both pipes have ended, so have those who wait.
fn listen(
    pipe: impl Read + Send + 'static,
    heard: Arc<Mutex<Heard>>,
    tell: watch::Sender<()>,
    take: fn(&mut Heard, String),
) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            take(&mut heard.lock().unwrap(), line);
            tell.send_replace(());
        }
    });
}
