//! Clocks that are turned, and hosts that sleep.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rounds::{
    clock::{Clock, System},
    practice::Receiver,
};
use rustix::process::Signal;

use super::shim::{Orders, Shim};
use crate::support::{
    Clinic, Rounds, SECRET, Site, connection, destination, key, receiver, receiver_with, rounds_of,
    within,
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A clock that is as wrong as the host's.
#[derive(Clone, Default)]
struct Turned(Arc<AtomicI64>);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        System.now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// How often a task was polled well.
async fn polls(host: &Rounds) -> u64 {
    host.status().await.tasks["ward/appointments"].polls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_turned_stops_no_poll_and_starts_no_storm() {
    let (site, clinic, turned) =
        (Site::new(&["plain"]).await, Clinic::start().await, Turned::default());
    let Some(shim) = Shim::of(&site) else { return };
    let builder = Receiver::builder().key(key(SECRET)).clock(Arc::new(turned.clone()));
    let receiver = receiver_with(builder).await;
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start_with(&shim.variables()).await;
    clinic.book(0);
    within("the first", receiver.wait_for(1)).await;
    for (round, seconds) in [-HOUR, DAY, 0, -30 * DAY].into_iter().enumerate() {
        shim.order(Orders { wall_seconds: seconds, ..Orders::default() });
        turned.0.store(seconds, Ordering::SeqCst);
        let before = polls(&host).await;
        clinic.book(1);
        within(&format!("a change at {seconds} s"), receiver.wait_for(round + 2)).await;
        // What was missed while the clock jumped is not made up for.
        let since = polls(&host).await - before;
        assert!(since < 40, "{since} polls for one change, at {seconds} s");
    }
    let report = host.status().await;
    assert_eq!((report.destinations["app"].failed, receiver.refused()), (0, 0));
    assert_eq!(receiver.attempts().len(), 5, "each was told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_waits_is_made_though_the_clock_goes_back() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let Some(shim) = Shim::of(&site) else { return };
    let turned = Turned::default();
    let builder = Receiver::builder().key(key(SECRET)).clock(Arc::new(turned.clone()));
    let receiver = receiver_with(builder).await;
    receiver.faults().next(1, rounds::practice::Fault::Status(500));
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start_with(&shim.variables()).await;
    clinic.book(1);
    host.wait_for("a failed attempt", |it| (it.destinations["app"].failed > 0).then_some(())).await;
    shim.order(Orders { wall_seconds: -HOUR, ..Orders::default() });
    turned.0.store(-HOUR, Ordering::SeqCst);
    within("the second attempt", receiver.wait_for(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_was_stopped_goes_on_where_it_was() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "timeout = \"1s\"");
    site.configure(&(ward + &destination("app", receiver.url(), "timeout = \"1s\"")));
    let host = site.start().await;
    for round in 0..2 {
        // First in the middle of an attempt, then of anything.
        let held = (round == 0).then(|| receiver.faults().hold("/"));
        clinic.book(round);
        if let Some(held) = &held {
            within("an attempt", held.reached()).await;
        }
        host.signal(Signal::STOP);
        drop(held);
        clinic.book(round);
        // Not a wait for anything, but the fault itself: longer than every timeout.
        tokio::time::sleep(Duration::from_secs(rounds_of(2, 60) as u64)).await;
        host.signal(Signal::CONT);
        within("what came meanwhile", receiver.wait_for(2 * round as usize + 2)).await;
    }
    assert!(receiver.attempts().iter().all(|it| !it.altered));
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
