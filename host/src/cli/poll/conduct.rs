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
    /// Whether what is found is forgotten afterwards.
    pub(super) dry: bool,
}

impl Wanted {
    /// What becomes of what was not told.
    fn rest(&self) -> &'static str {
        if self.dry { "" } else { "; the store keeps it, and the next host goes on" }
    }
}

/// How it went.
struct Done {
    polled: Result<poll::Summary, poll::Failed>,
    /// Containers and deliveries that are still owed.
    owed: usize,
}

/// Runs the host for one poll, and prints what it tells; `told` counts that, however it ends.
pub(super) async fn run(
    host: Host,
    printed: mpsc::Receiver<Handed>,
    wanted: Wanted,
    told: &Cell<usize>,
) -> Result<(), Error> {
    let (handle, shutdown) = (host.handle(), CancellationToken::new());
    let signals = Signals::listen()?;
    let progress = Progress::start(&wanted.task);
    let dead = handle.dead()?.len();
    let work = async {
        let _ended = shutdown.clone().drop_guard();
        let done = shutdown.run_until_cancelled(poll(&handle, &wanted, told, &progress)).await;
        // A host that stops lets go of what it owes, which looks as if it owed nothing.
        done.filter(|_| !shutdown.is_cancelled())
    };
    let running = async {
        let _ended = shutdown.clone().drop_guard();
        host.run(shutdown.clone()).await
    };
    let printing = async {
        let _ended = shutdown.clone().drop_guard();
        printed::print(printed, &shutdown, told, &progress).await
    };
    let all = async { tokio::join!(work, running, printing) };
    let (done, ran, printed) = tokio::select! {
        ended = all => ended,
        never = signals.obey(shutdown.clone(), output::note) => match never {},
    };
    printed?;
    ran?;
    let done = done.ok_or_else(|| anyhow!("stopped before all was told{}", wanted.rest()))?;
    let dead = handle.dead()?.len().saturating_sub(dead);
    conclude(done, told.get(), dead, &wanted)
}

async fn poll(handle: &Handle, wanted: &Wanted, told: &Cell<usize>, progress: &Progress) -> Done {
    let work = async {
        let polled = handle.poll_once(&wanted.task, wanted.since).await;
        // What cannot be told yet may take days; the store keeps it for the next host.
        drop(time::timeout(wanted.wait, handle.idle()).await);
        polled
    };
    let far = || format!("{} told, {} under way", told.get(), handle.pending());
    let polled = progress.beside(work, far).await;
    Done { polled, owed: handle.pending() }
}

fn conclude(done: Done, told: usize, dead: usize, wanted: &Wanted) -> Result<(), Error> {
    let summary = done.polled.map_err(anyhow::Error::from)?;
    let poll::Summary { pages, changes, .. } = summary;
    output::note(&format!("new changes: {changes}, pages: {pages}, notifications: {told}"));
    if done.owed > 0 {
        return Err(anyhow!("{} could not be told in time{}", done.owed, wanted.rest()).into());
    }
    if dead > 0 {
        let how = if wanted.dry { "" } else { "; see `rounds dead list`" };
        return Err(anyhow!("{dead} became dead letters{how}").into());
    }
    Ok(())
}
