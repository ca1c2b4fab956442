//! A practice EHR in a process of its own, which also compiles the connector beforehand, as an
//! earlier start of a host would have.

use std::{
    env,
    io::{BufRead, BufReader, Read, stdin},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use rounds::practice;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::polls;

/// The EHR's process; it ends when this is dropped.
pub(crate) struct Ehr {
    /// Its base URL.
    pub(crate) url: Url,
    process: Child,
}

impl Ehr {
    pub(crate) fn start(connector: &Path, cache: &Path) -> Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("--serve").arg(connector).arg(cache);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().context("the EHR's output")?;
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self { url: line.trim().parse().context("the EHR did not start")?, process })
    }
}

impl Drop for Ehr {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Serves until the benchmark is over, however it ends.
pub(crate) async fn serve(connector: &Path, cache: &Path) -> Result<()> {
    polls::load(connector, cache).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (ehr, serve) = practice::Ehr::builder().start(listener, CancellationToken::new())?;
    println!("{}", ehr.base_url());
    std::thread::spawn(|| {
        drop(stdin().read_to_end(&mut Vec::new()));
        std::process::exit(0);
    });
    Ok(serve.await?)
}
