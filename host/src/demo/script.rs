//! What happens in the demo: the EHR changes until the time is over, then the rest arrives.

use std::{future, io, time::Duration};

use tokio::time;
use tokio_util::sync::CancellationToken;

use super::{KINDS, Options, PATIENCE, show::Show, tally};
use crate::practice::{Ehr, Receiver};

/// Plays it, showing each change and each arrival as it happens.
pub(super) async fn play(
    options: &Options,
    ehr: &Ehr,
    receiver: &Receiver,
    show: &mut Show<'_>,
    stop: CancellationToken,
) -> io::Result<()> {
    let over = async {
        tokio::select! {
            () = stop.cancelled() => {}
            () = timer(options.seconds) => {}
        }
    };
    tokio::select! {
        shown = show_all(ehr, receiver, show) => return shown,
        () = ehr.run_changes(options.every, &KINDS) => {}
        () = over => {}
    }
    let all_there = receiver.wait_until(|received| tally(ehr, received).missing.is_empty());
    tokio::select! {
        shown = show_all(ehr, receiver, show) => shown,
        _ = time::timeout(PATIENCE, all_there) => show.rest(ehr, receiver),
    }
}

async fn timer(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => time::sleep(Duration::from_secs(seconds)).await,
        None => future::pending().await,
    }
}

async fn show_all(ehr: &Ehr, receiver: &Receiver, show: &mut Show<'_>) -> io::Result<()> {
    loop {
        let (changed, arrived) = (show.changed, show.arrived);
        tokio::select! {
            changes = ehr.changes_after(changed) => show.changes(&changes)?,
            received = receiver.attempts_after(arrived) => show.arrivals(&received)?,
        }
    }
}
