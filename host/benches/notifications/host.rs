//! The job by the host, from the real `.wasm` to the real store.

use std::time::Duration;

use anyhow::{Result, ensure};
use rounds::{Host, config::Config, host::Handle};
use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::{
    arguments::Arguments,
    contenders::Run,
    job,
    native::now,
    usage::{self, Usage},
};

/// How often the host is asked whether its poll is over.
const LOOK: Duration = Duration::from_millis(10);

/// Does the job and prints what it took.
pub(crate) async fn contend(arguments: &Arguments) -> Result<()> {
    let host = Host::builder(config(arguments)?).connector(&arguments.connector).build().await?;
    let (handle, ends) = (host.handle(), CancellationToken::new());
    let (start, began) = (usage::cpu(), now());
    let told = async {
        handle.poll(job::task());
        told(&handle).await;
        let wall = began.elapsed();
        ends.cancel();
        wall
    };
    let (ended, wall) = tokio::join!(host.run(ends.clone()), told);
    ended?;
    let delivered = delivered(&handle);
    ensure!(
        delivered == arguments.changes as u64,
        "{delivered} were delivered: {:?}",
        handle.report()
    );
    let run = Run { start, wall, usage: Usage::now() };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

fn config(arguments: &Arguments) -> Result<Config> {
    let mut config = Config::default();
    config.host.data.clone_from(&arguments.data);
    config.host.connectors = arguments.data.join("connectors");
    config.connections = vec![job::connection(arguments)];
    config.destinations = vec![job::destination(arguments)?];
    Ok(config)
}

/// Waits until the poll is over and all that it found is delivered.
async fn told(handle: &Handle) {
    let is_polled = || handle.report().tasks.values().any(|task| task.polls > 0);
    while !is_polled() {
        time::sleep(LOOK).await;
    }
    handle.idle().await;
}

fn delivered(handle: &Handle) -> u64 {
    handle.report().destinations.values().map(|destination| destination.delivered).sum()
}
