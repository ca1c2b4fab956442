//! HAPI's FHIR server, the engine behind most, with the settings that both come with: all is told, once and
//! in order, whatever moves, comes late or dies meanwhile.
//!
//! `ROUNDS_TEST_TRANSACTIONS=4000,8000` has the transactions be of so many records instead of the usual.

mod gateway;
mod ledger;
mod stage;
mod writer;

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Rounds, eventually_within, real::records, within};
use gateway::Gateway;
use stage::Stage;
use writer::{appointment, appointment_to_come, fresh, patient, with_id};

/// How long a test waits for the next sign of life: a server that starts among others' compilers, a
/// transaction that ends, something that comes late and is asked for again.
const LONG: Duration = Duration::from_secs(180);

/// The variable with other sizes of transactions.
const TRANSACTIONS: &str = "ROUNDS_TEST_TRANSACTIONS";

/// The sizes of transactions.
fn sizes() -> Vec<usize> {
    let text = std::env::var(TRANSACTIONS).unwrap_or_else(|_| "50,500,2000".to_owned());
    text.split(',').map(|size| size.trim().parse().expect("numbers with commas between")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_five_actions_each_change_is_told_as_what_it_is() {
    let actions = ["appointments", "patients", "encounters", "orders", "results"];
    let Some(stage) = Stage::new(&actions).await else { return };
    let (host, writer) = (stage.start().await, &stage.writer);
    let somebody = patient();
    let booked = appointment(&somebody);
    let visit = with_id(records::encounter(&somebody, "arrived"), &fresh("enc"));
    let order = with_id(records::service_request(&somebody, "active"), &fresh("ord"));
    let listed = with_id(records::observation(&somebody, 6.3, "final"), &fresh("obs"));
    let report = records::diagnostic_report(&somebody, &[&listed], "final");
    let report = with_id(report, &fresh("rep"));
    let alone = with_id(records::observation(&somebody, 7.1, "final"), &fresh("obs"));
    writer.write(&somebody).await;
    writer.store(&listed).await;
    for record in [&booked, &visit, &order, &report, &alone] {
        writer.write(record).await;
    }
    stage.all_is_told(&host, false).await;

    let later = json!({ "start": "2027-01-06T10:00:00Z", "end": "2027-01-06T10:30:00Z" });
    writer.change(&booked, later).await;
    writer.change(&somebody, json!({ "birthDate": "1981-02-03" })).await;
    writer.change(&visit, json!({ "status": "finished" })).await;
    writer.change(&order, json!({ "priority": "urgent" })).await;
    writer.change(&report, json!({ "status": "amended" })).await;
    writer.change(&alone, json!({ "status": "amended" })).await;
    stage.all_is_told(&host, false).await;
    for (record, expected) in [
        (&booked, ["Scheduling.New", "Scheduling.Reschedule"]),
        (&somebody, ["PatientAdmin.NewPatient", "PatientAdmin.PatientUpdate"]),
        (&visit, ["PatientAdmin.Arrival", "PatientAdmin.Discharge"]),
        (&order, ["Order.New", "Order.Update"]),
        (&report, ["Results.New", "Results.Modification"]),
        (&alone, ["Results.New", "Results.Modification"]),
    ] {
        let told = stage.told();
        let of = |(_, id): &(&str, &str)| *id == record["id"];
        let events: Vec<_> = told.iter().map(|told| told.what()).filter(of).collect();
        assert_eq!(events.iter().map(|(event, _)| *event).collect::<Vec<_>>(), expected);
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_seen_late_is_told_beside_single_writes() {
    let Some(stage) = Stage::new(&["appointments"]).await else { return };
    let (host, writer) = (stage.start().await, &stage.writer);
    let somebody = patient();
    writer.store(&somebody).await;
    for size in sizes() {
        let done = CancellationToken::new();
        let singles = (0..20).map(|_| appointment(&somebody)).collect();
        let transaction = async {
            let records = (0..size).map(|_| appointment_to_come(&somebody)).collect();
            writer.transaction(records).await;
            done.cancel();
        };
        tokio::join!(writer.write_singly(singles, done.clone()), transaction);
        stage.all_is_told(&host, false).await;
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_job_updates_while_it_is_read_is_told() {
    let Some(stage) = Stage::new(&["appointments"]).await else { return };
    let small = "settings = { page_size = 10 }";
    stage.configure(&stage.hapi.base_url(), "{ every = \"1s\" }", small);
    let writer = &stage.writer;
    let somebody = patient();
    stage.start().await.stop().await;
    let many: Vec<_> = (0..200).map(|_| appointment(&somebody)).collect();
    writer.store(&somebody).await;
    for record in &many {
        writer.write(record).await;
    }
    let host = stage.start().await;
    for _ in 0..2 {
        for record in &many {
            writer.write(record).await;
        }
    }
    stage.all_is_told(&host, false).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_between_two_pages_is_told() {
    let Some(stage) = Stage::new(&["appointments"]).await else { return };
    let gateway = Gateway::start(&stage.hapi.base_url()).await;
    let small = "settings = { page_size = 10 }";
    stage.configure(gateway.base_url(), "{ every = \"1s\" }", small);
    let writer = &stage.writer;
    let somebody = patient();
    stage.start().await.stop().await;
    let some: Vec<_> = (0..30).map(|_| appointment(&somebody)).collect();
    writer.store(&somebody).await;
    for record in &some {
        writer.write(record).await;
    }
    // Before each page of a first pass and of those that prove it, one that was read, then one that wasn't.
    let mut stops = gateway.stops();
    let host = stage.site.start().await;
    let mut changed = [4, 24, 5, 15, 6, 26, 3, 13, 1, 29, 2, 12].into_iter();
    let is_page = |what: &str| what.contains("_lastUpdated") || what.contains("_getpages");
    let mut pages = 0;
    while let Some(stop) = within("a request", stops.recv()).await {
        if !is_page(&stop.what) {
            continue;
        }
        pages += 1;
        match changed.next() {
            _ if pages == 1 => {}
            Some(at) => writer.write(&some[at]).await,
            None => break,
        }
    }
    drop(stops);
    stage.all_is_told(&host, false).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_all_is_told() {
    let Some(mut stage) = Stage::new(&["appointments", "patients"]).await else { return };
    let (host, writer) = (stage.start().await, stage.writer.clone());
    let somebody = patient();
    writer.write(&somebody).await;
    let done = CancellationToken::new();
    let singles = (0..20).map(|_| appointment(&somebody)).collect();
    let trouble = async {
        within("some notifications", stage.receiver.attempts_after(10)).await;
        stage.hapi.kill();
        host.wait_for_error("hapi/appointments", "*").await;
        stage.hapi.start_again().await;
        let records = (0..200).map(|_| appointment_to_come(&somebody)).collect();
        writer.transaction(records).await;
        let told = stage.receiver.attempts().len();
        within("some of it", stage.receiver.attempts_after(told + 20)).await;
        host.kill().await;
        let host = stage.start().await;
        done.cancel();
        host
    };
    let (_, host) = tokio::join!(writer.write_singly(singles, done.clone()), trouble);
    stage.all_is_told(&host, true).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_a_search_before_is_not_taken_for_one_of_now() {
    let Some(stage) = Stage::new(&["appointments"]).await else { return };
    let gateway = Gateway::start(&stage.hapi.base_url()).await;
    stage.configure(gateway.base_url(), "{ every = \"1h\" }", "");
    let (host, writer) = (stage.start().await, &stage.writer);
    let somebody = patient();
    writer.store(&somebody).await;
    let booked = appointment(&somebody);
    for change in 0..4 {
        // Polls that find nothing ask for the same thing until a change comes.
        host.poll(&["hapi/appointments"; 1]).await;
        host.poll(&["hapi/appointments"; 1]).await;
        writer.write(&booked).await;
        host.poll(&["hapi/appointments"; 1]).await;
        stage.is_idle(&host).await;
        let verdict = stage.verdict();
        let asked = gateway.asked();
        let asked = &asked[asked.len().saturating_sub(4)..];
        assert!(verdict.is_whole(), "change {change}: {}; asked last: {asked:#?}", verdict.story());
        assert!(verdict.is_right(false), "change {change}: {}", verdict.story());
    }
    host.stop().await;
}

/// Writes ten orders, and waits until they are told.
async fn ten_orders(stage: &Stage, host: &Rounds) -> Vec<Value> {
    let somebody = patient();
    stage.writer.store(&somebody).await;
    let order = |_| with_id(records::service_request(&somebody, "active"), &fresh("ord"));
    let orders: Vec<_> = (0..10).map(order).collect();
    for order in &orders {
        stage.writer.write(order).await;
    }
    stage.all_is_told(host, false).await;
    orders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_is_told_by_a_sweep() {
    // Of these the server has few, so that a sweep is soon over: it has them of all tests.
    let Some(stage) = Stage::new(&["orders"]).await else { return };
    let swept = "{ every = \"1s\", sweep = { every = \"2s\" } }";
    stage.configure(&stage.hapi.base_url(), swept, "");
    let (host, writer) = (stage.start().await, &stage.writer);
    let some = ten_orders(&stage, &host).await;
    writer.delete(&some[3]).await;
    stage.all_is_told(&host, false).await;
    writer.write(&some[7]).await;
    stage.all_is_told(&host, false).await;
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_is_told_by_the_history() {
    let Some(stage) = Stage::new(&["orders"]).await else { return };
    let asks = "settings = { history = 1, page_size = 3 }";
    stage.configure(&stage.hapi.base_url(), "{ every = \"1s\" }", asks);
    let (host, writer) = (stage.start().await, &stage.writer);
    let some = ten_orders(&stage, &host).await;
    // More than a fifth: where the server itself says so, nobody is asked.
    for record in &some[..6] {
        writer.delete(record).await;
    }
    stage.all_is_told(&host, false).await;
    // Written anew it is new, and may be deleted anew.
    for expected in [3, 4] {
        match expected {
            3 => writer.store(&some[2]).await,
            _ => writer.delete(&some[2]).await,
        }
        let told = async || {
            let told = stage.told();
            let of = |(_, id): &(&str, &str)| *id == some[2]["id"];
            let events = told.iter().map(|told| told.what()).filter(of);
            let events: Vec<_> = events.map(|(event, _)| event.to_owned()).collect();
            (events.len() >= expected).then_some(events)
        };
        let log = async || host.log();
        let events = eventually_within(LONG, "it to be told", told, log).await;
        let all = ["Order.New", "Order.Cancel", "Order.New", "Order.Cancel"];
        assert_eq!(events, all[..expected]);
    }
    let task = host.status().await.tasks["hapi/orders"].clone();
    assert_eq!((task.error, task.notices.len()), (None, 0));
    host.stop().await;
}
