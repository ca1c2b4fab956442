//! `kill -9` at every step of a change's way, then a restart: nothing is missed, the order of
//! each key holds, and what comes twice has the same id and the same bytes.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

use rounds::practice::{Arrival, Ehr, Fault, Received, Receiver, Tally};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokio::process::Command;

use crate::support::{FHIR, Site, connection, destination, ehr_with, eventually, receiver};

/// Pages that a poll has several of to be killed at, and that hold all that changes in one
/// millisecond: where ties are longer than a page, an EHR that pages by offset may show an older
/// record after a newer one, and the host tells in the order that it was shown.
const FURTHER: &str = "since = \"1d\"\nsettings = { page_size = 12 }";
const APPOINTMENTS: usize = 50;

/// The steps that a debug build can be killed at, and at which visit.
const STEPS: [&str; 14] = [
    "answered",
    "answered:3",
    "committing",
    "committing:2",
    "committed",
    "committed:2",
    "committed:4",
    "collecting",
    "collecting:5",
    "filled",
    "filled:6",
    "sent",
    "sent:3",
    "sent:9",
];

/// A host with the practice EHR and a receiver, and appointments that change in several ways.
async fn killed_at(step: &str) {
    let (ehr, receiver) = (ehr_with(APPOINTMENTS, 11).await, receiver().await);
    let site = Site::new(&[FHIR]).await;
    configure(&site, &ehr, &receiver);
    change(&ehr);
    let mut host = site.start_with(&[("ROUNDS_KILL_AT", step)]).await;
    let ended = host.ended().await;
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&ended.status),
        Some(9),
        "{step}: {}",
        ended.log
    );
    change(&ehr);
    let host = site.start().await;
    all_arrive(&ehr, &receiver).await;
    check(step, &ehr, &receiver);
    let ended = host.stop().await;
    assert!(ended.status.success(), "{step}: {}", ended.log);
}

fn configure(site: &Site, ehr: &Ehr, receiver: &Receiver) {
    let ehr = connection("practice", FHIR, ehr.base_url(), FURTHER);
    site.configure(&format!("{ehr}{}", destination("app", receiver.url(), "")));
}

/// Several changes, of one patient's appointment among others.
fn change(ehr: &Ehr) {
    let booked = ehr.book().expect("a booking");
    ehr.reschedule(&booked.id).expect("a new time");
    ehr.modify("apt-1").expect("another note");
    // Once: what is cancelled once more is no change.
    if !ehr.changes().iter().any(|it| it.id == "apt-2") {
        ehr.cancel("apt-2");
    }
    ehr.hold().expect("a hold");
    for _ in 0..4 {
        ehr.book().expect("a booking");
    }
}

fn arrivals(received: &[Received]) -> Vec<Arrival> {
    received.iter().filter_map(Received::arrival).collect()
}

async fn all_arrive(ehr: &Ehr, receiver: &Receiver) {
    let look = async || {
        let received = receiver.received();
        let tally = Tally::of(&ehr.changes(), &arrivals(&received));
        (tally.missing.is_empty() && backfilled(&received) == APPOINTMENTS - 2).then_some(())
    };
    let how = async || {
        let received = receiver.received();
        let tally = Tally::of(&ehr.changes(), &arrivals(&received));
        format!("{} of before, and missing: {:#?}", backfilled(&received), tally.missing)
    };
    eventually("all changes", look, how).await;
}

/// Appointments that were there before and were not changed since, told as backfill.
fn backfilled(received: &[Received]) -> usize {
    let told = arrivals(received).into_iter().map(|arrival| arrival.record);
    let number = |record: &String| record.strip_prefix("apt-").and_then(|id| id.parse().ok());
    let told: std::collections::HashSet<usize> = told.filter_map(|it| number(&it)).collect();
    told.into_iter().filter(|id| (3..=APPOINTMENTS).contains(id)).count()
}

fn check(step: &str, ehr: &Ehr, receiver: &Receiver) {
    let tally = Tally::of(&ehr.changes(), &arrivals(&receiver.received()));
    assert_eq!(tally.missing, [], "{step}: missed");
    assert_eq!(tally.altered, 0, "{step}: came twice with other bytes: {tally:?}");
    assert_eq!(tally.renamed, 0, "{step}: came twice with another id: {tally:?}");
    assert_eq!(tally.out_of_order, 0, "{step}: out of order: {tally:?}");
    assert_eq!(tally.unexpected, 0, "{step}: nobody changed this: {tally:?}");
    assert_eq!(receiver.refused(), 0, "{step}: a signature was refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_wherever_the_host_is_killed() {
    for step in STEPS {
        killed_at(step).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_but_not_recorded_comes_again_with_the_same_id_and_bytes() {
    let (ehr, receiver) = (ehr_with(APPOINTMENTS, 12).await, receiver().await);
    let site = Site::new(&[FHIR]).await;
    configure(&site, &ehr, &receiver);
    let answer = receiver.faults().hold("/");
    let host = site.start().await;
    crate::support::within("an attempt", answer.reached()).await;
    host.kill().await;
    let first = receiver.received().first().cloned().expect("the notification was taken");
    drop(answer);
    change(&ehr);
    let host = site.start().await;
    all_arrive(&ehr, &receiver).await;
    check("taken", &ehr, &receiver);
    let again = receiver.received().into_iter().filter(|it| it.id == first.id).collect::<Vec<_>>();
    assert!(again.len() >= 2, "it did not come again");
    assert!(again.iter().all(|it| it.body == first.body), "it came with other bytes");
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_killed_while_the_destination_is_down_delivers_it_all_in_order() {
    let (ehr, receiver) = (ehr_with(APPOINTMENTS, 13).await, receiver().await);
    let site = Site::new(&[FHIR]).await;
    configure(&site, &ehr, &receiver);
    receiver.faults().next(u32::MAX, Fault::Status(503));
    change(&ehr);
    let host = site.start().await;
    host.wait_for("failed attempts", |report| {
        (report.destinations.get("app")?.failed > 0).then_some(())
    })
    .await;
    host.kill().await;
    change(&ehr);
    let host = site.start().await;
    host.wait_for("failed attempts", |report| {
        (report.destinations.get("app")?.failed > 0).then_some(())
    })
    .await;
    receiver.faults().clear();
    all_arrive(&ehr, &receiver).await;
    check("down", &ehr, &receiver);
    host.stop().await;
}

/// More than is put in line before the host runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_that_wait_at_a_start_are_delivered_in_order_before_what_is_new() {
    let (ehr, receiver) = (ehr_with(APPOINTMENTS, 15).await, receiver().await);
    let site = Site::new(&[FHIR]).await;
    let pages = "since = \"1d\"\nsettings = { page_size = 500 }";
    let practice = connection("practice", FHIR, ehr.base_url(), pages);
    site.configure(&format!("{practice}{}", destination("app", receiver.url(), "")));
    receiver.faults().next(u32::MAX, Fault::Status(503));
    (0..300).for_each(|_| change(&ehr));
    let host = site.start().await;
    host.wait_for("a thousand deliveries", |report| {
        (report.destinations.get("app")?.waiting > 1200).then_some(())
    })
    .await;
    host.kill().await;
    receiver.faults().clear();
    change(&ehr);
    let host = site.start().await;
    crate::support::within("a thousand deliveries", receiver.wait_for(1200)).await;
    all_arrive(&ehr, &receiver).await;
    check("a thousand", &ehr, &receiver);
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_waits_for_its_next_try_goes_on_after_a_restart() {
    let (ehr, receiver) = (ehr_with(APPOINTMENTS, 14).await, receiver().await);
    let site = Site::new(&[FHIR]).await;
    let ehr_text = connection("practice", FHIR, ehr.base_url(), "");
    site.configure(&format!("{ehr_text}{}", destination("app", receiver.url(), "")));
    receiver.faults().next(1, Fault::Status(400));
    let host = site.start().await;
    ehr.book().expect("a booking");
    let failed = |report: &rounds::status::Report| {
        (report.destinations.get("app")?.failed == 1).then_some(())
    };
    host.wait_for("a failed attempt", failed).await;
    host.stop().await;
    let host = site.start().await;
    // Nothing else happens that could wake the line.
    let taken = receiver.wait_until(|all| all.iter().any(|it| it.taken));
    crate::support::within("the second attempt", taken).await;
    host.stop().await;
}

#[tokio::test]
async fn nothing_of_its_memory_is_left_when_it_dies() {
    let site = Site::new(&["plain"]).await;
    let dumped = |status: ExitStatus| status.core_dumped();
    let mut sleep = Command::new("sleep");
    let mut sleep = sleep.arg("1000").current_dir(site.path("")).spawn().unwrap();
    may_dump_and_dies(sleep.id().unwrap());
    if !dumped(sleep.wait().await.unwrap()) {
        eprintln!("skipped: this machine makes no core dumps, so none can be prevented");
        return;
    }
    let ward = connection("ward", "plain", "http://127.0.0.1:1", "");
    let app = destination("app", "http://127.0.0.1:2", "");
    site.configure(&format!("[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\n\n{ward}{app}"));
    let mut host = site.start().await;
    may_dump_and_dies(host.id());
    let ended = host.ended().await;
    assert_eq!(ended.status.signal(), Some(Signal::ABORT.as_raw()));
    assert!(!dumped(ended.status), "{ended:?}");
}

/// Allows a process a core dump, and has it die of what makes one.
fn may_dump_and_dies(process: u32) {
    let process = Pid::from_raw(process.cast_signed()).unwrap();
    let all = Rlimit { current: None, maximum: None };
    prlimit(Some(process), Resource::Core, all).unwrap();
    kill_process(process, Signal::ABORT).unwrap();
}
