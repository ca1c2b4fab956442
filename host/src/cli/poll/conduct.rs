//! One poll in a host of this process, from its start to the last notification.

use std::{cell::Cell, time::Duration};

use anyhow::anyhow;
use jiff::Timestamp;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

use super::{printed, progress::Progress};
use crate::{
    Host,
    cli::{exit::Error, output, signals::Signals},
    destination::Handed,
    host::Handle,
    model::TaskId,
    poll,
};

/// What is to be polled.
pub(super) struct Wanted {
    pub(super) task: TaskId,
    pub(super) since: Option<Timestamp>,
    /// How long to wait for what cannot be told at once.
    pub(super) wait: Duration,
}

/// How it went.
struct Done {
    polled: Result<poll::Summary, poll::Error>,
    /// Containers and deliveries that are still owed.
    owed: usize,
}

/// Runs the host for one poll, and prints what it tells.
pub(super) async fn run(
    host: Host,
    printed: mpsc::Receiver<Handed>,
    wanted: Wanted,
) -> Result<(), Error> {
    let (handle, shutdown) = (host.handle(), CancellationToken::new());
    let signals = Signals::listen()?;
    let told = Cell::new(0_usize);
    let dead = handle.dead()?.len();
    let work = async {
        let _ended = shutdown.clone().drop_guard();
        shutdown.run_until_cancelled(poll(&handle, &wanted, &told)).await
    };
    let running = async {
        let _ended = shutdown.clone().drop_guard();
        host.run(shutdown.clone()).await
    };
    let printing = async {
        let _ended = shutdown.clone().drop_guard();
        printed::print(printed, &shutdown, &told).await
    };
    let all = async { tokio::join!(work, running, printing) };
    let (done, ran, printed) = tokio::select! {
        ended = all => ended,
        never = signals.obey(shutdown.clone()) => match never {},
    };
    printed?;
    ran?;
    let done = done.ok_or_else(|| anyhow!("ended before the poll did; what it found is kept"))?;
    let dead = handle.dead()?.len().saturating_sub(dead);
    conclude(done, told.get(), dead)
}

async fn poll(handle: &Handle, wanted: &Wanted, told: &Cell<usize>) -> Done {
    let progress = Progress::start(&wanted.task);
    let work = async {
        let polled = handle.poll_once(&wanted.task, wanted.since).await;
        // What cannot be told yet may take days; the store keeps it for the next host.
        drop(time::timeout(wanted.wait, handle.idle()).await);
        polled
    };
    let polled = progress.beside(work, || (told.get(), handle.pending())).await;
    Done { polled, owed: handle.pending() }
}

fn conclude(done: Done, told: usize, dead: usize) -> Result<(), Error> {
    let summary = done.polled.map_err(anyhow::Error::from)?;
    let poll::Summary { pages, changes } = summary;
    output::note(&format!("{changes} new changes on {pages} pages, {told} notifications"));
    if done.owed > 0 {
        return Err(anyhow!(
            "{} collects and deliveries are still owed; the store keeps them",
            done.owed
        )
        .into());
    }
    if dead > 0 {
        return Err(anyhow!("{dead} became dead letters; see `rounds dead list`").into());
    }
    Ok(())
}
