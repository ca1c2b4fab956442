//! EHR and receiver, in a process of their own.

use std::{
    env,
    io::{BufRead, BufReader, Write, stdin},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use rounds::practice::Ehr;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{arguments::Arguments, job, receiver::Receiver};

/// Where the servers are: the first line that their process prints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Places {
    /// The EHR's base URL.
    pub(crate) ehr: String,
    /// The receiver's URL.
    pub(crate) receiver: String,
}

/// The servers' process; it ends when this is dropped.
pub(crate) struct Servers {
    pub(crate) places: Places,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Servers {
    pub(crate) fn start(arguments: &Arguments) -> Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["--part", "serve", "--changes", &arguments.changes.to_string()]);
        if let Some(latency) = arguments.latency {
            command.args(["--latency", &format!("{}ms", latency.as_millis())]);
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().context("the servers' input")?;
        let mut output = BufReader::new(process.stdout.take().context("the servers' output")?);
        let places =
            serde_json::from_str(&line(&mut output)?).context("the servers did not start")?;
        Ok(Self { places, process, input, output })
    }

    /// How many different notifications arrived since this was asked last.
    pub(crate) fn count(&mut self) -> Result<usize> {
        writeln!(self.input, "count")?;
        Ok(line(&mut self.output)?.trim().parse()?)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn line(output: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    ensure!(output.read_line(&mut line)? > 0, "the servers ended");
    Ok(line)
}

/// Serves until nobody asks any more.
pub(crate) async fn serve(arguments: &Arguments) -> Result<()> {
    let ends = CancellationToken::new();
    let listener = || TcpListener::bind(("127.0.0.1", 0));
    let practice = Ehr::builder().patients(arguments.changes).appointments(arguments.changes);
    let (ehr, serve_ehr) = practice.start(listener().await?, ends.clone())?;
    ehr.faults().latency(arguments.latency);
    let receiver = Receiver::new(job::key()?, arguments.latency);
    let listening = listener().await?;
    let url = format!("http://{}/hooks", listening.local_addr()?);
    let places = Places { ehr: ehr.base_url().to_owned(), receiver: url };
    println!("{}", serde_json::to_string(&places)?);
    let router = receiver.router();
    std::thread::spawn(move || answer(&receiver, &ends));
    let (ended, _) = tokio::join!(
        serve_ehr,
        axum::serve(axum::serve::ListenerExt::tap_io(listening, nodelay), router)
    );
    Ok(ended?)
}

/// Without it, small answers wait for the client's delayed acknowledgement.
fn nodelay(stream: &mut tokio::net::TcpStream) {
    drop(stream.set_nodelay(true));
}

/// Says how many arrived as often as it is asked; nobody asks once the benchmark is over.
fn answer(receiver: &Receiver, ends: &CancellationToken) {
    for _ in stdin().lock().lines().map_while(Result::ok) {
        println!("{}", receiver.count());
    }
    ends.cancel();
    std::process::exit(0);
}
