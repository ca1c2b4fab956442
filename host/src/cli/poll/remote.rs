//! A poll by the host that runs already.

use std::time::Duration;

use anyhow::anyhow;
use tokio::time;

use super::{conduct::Wanted, progress::Progress};
use crate::{
    admin::Client,
    cli::{exit::Error, output},
    status::Task,
};

/// How often the running host is asked whether it is done.
const LOOK: Duration = Duration::from_millis(250);

/// Has the running host poll, and waits until it has.
pub(super) async fn run(client: &Client, wanted: Wanted) -> Result<(), Error> {
    let task = &wanted.task;
    if wanted.since.is_some() {
        let why = format!(
            "a host runs and has the store: stop it to poll with --since, or see with --dry-run what {task} has"
        );
        return Err(Error::Wrong(why));
    }
    let before = look(client, &wanted).await?;
    output::note(&format!("a host runs: it polls {task} now, and tells its destinations"));
    client.poll(task).await?;
    let progress = Progress::start(task);
    let polled = progress
        .beside(time::timeout(wanted.wait, polled(client, &wanted, before.polls)), || {
            "the host polls".into()
        })
        .await;
    let after = polled
        .map_err(|_| anyhow!("the host is still polling; `rounds status` says how it goes"))??;
    if let Some(error) = after.error {
        return Err(anyhow!(error).into());
    }
    output::note(&format!("new changes: {}", after.changes.saturating_sub(before.changes)));
    Ok(())
}

async fn polled(client: &Client, wanted: &Wanted, polls: u64) -> Result<Task, Error> {
    loop {
        let now = look(client, wanted).await?;
        if now.polls > polls {
            return Ok(now);
        }
        time::sleep(LOOK).await;
    }
}

async fn look(client: &Client, wanted: &Wanted) -> Result<Task, Error> {
    let mut report = client.status().await?;
    let name = wanted.task.to_string();
    let known: Vec<_> = report.tasks.keys().cloned().collect();
    report.tasks.remove(&name).ok_or_else(|| {
        let known = known.join(", ");
        Error::Wrong(format!(
            "the running host does not poll {name}: is it enabled, and the host's configuration this \
             one? It polls: {known}"
        ))
    })
}
