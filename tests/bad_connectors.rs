//! Connectors that are none, or that do harm: each is told by a clear error, and nothing else
//! of the host suffers.

use std::{collections::BTreeSet, fs, sync::Arc, time::Duration};

use jiff::Timestamp;
use rounds::{
    Host,
    clock::Manual,
    config::Config,
    model::TaskId,
    practice::{Received, Receiver},
};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{
    Clinic, Line, Rounds, SECRET, Site, assert_fits, connection, connector_file, destination,
    eventually, fits, guest, has_panicked, key, receiver, receiver_with, within,
};

/// The head of a file that says it is a core module.
const CORE: &[u8] = b"\0asm\x01\0\0\0";
/// The head of a file that says it is a component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

#[tokio::test]
async fn a_file_that_is_no_connector_is_told_and_the_others_go_on() {
    let site = Site::new(&[
        "plain",
        "bad-name",
        "no-action",
        "bad-schema",
        "traps-in-describe",
        "unknown-contract",
        "contract-0-2",
        "forbidden-import",
    ])
    .await;
    let plain = fs::read(guest("plain")).unwrap();
    site.write("connectors/empty.wasm", "");
    site.write("connectors/text.wasm", "(component)");
    site.write("connectors/elf.wasm", b"\x7fELF\x02\x01\x01");
    site.write("connectors/core.wasm", CORE);
    site.write("connectors/truncated.wasm", &plain[..plain.len() / 2]);
    site.write("connectors/noise.wasm", [COMPONENT, &[0xff; 64]].concat());
    site.write("connectors/twin.wasm", &plain);
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    site.configure(
        &(connection("ward", "plain", clinic.url(), "") + &destination("app", receiver.url(), "")),
    );

    let checked = site.rounds(&["check", "--json"]).await;
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let warnings = checked.json()["warnings"].as_array().unwrap().clone();
    let told = warnings.iter().map(|it| it["message"].as_str().unwrap());
    let told: BTreeSet<_> = told.filter(|it| !it.starts_with("no [host.seal]")).collect();
    let expected = [
        "connectors/bad-name.wasm: its manifest is wrong: its name is not of small letters, digits and `-`",
        "connectors/bad-schema.wasm: its manifest is wrong: its settings schema is no JSON: EOF while parsing an object at line 1 column 1",
        "connectors/contract-0-2.wasm: built against rounds:connector@0.2.0, and this host knows rounds:connector@0.1.0",
        "connectors/core.wasm: is a core module, not a component; build it for wasm32-wasip2, or wrap it with `wasm-tools component new`",
        "connectors/elf.wasm: is no WebAssembly component: it does not begin with \\0asm",
        "connectors/empty.wasm: is an empty file",
        "connectors/forbidden-import.wasm: imports acme:tools/shell@1.0.0, wasi:keyvalue/store@0.2.0, and a connector is given nothing of the kind; build it without",
        "connectors/no-action.wasm: its manifest is wrong: it declares no action",
        "connectors/noise.wasm: ends in the middle, as a file does that is still being copied",
        "connectors/text.wasm: is WebAssembly text; compile it first",
        "connectors/traps-in-describe.wasm: `describe` failed: the connector trapped in `describe`: wasm trap: wasm `unreachable` instruction executed",
        "connectors/truncated.wasm: ends in the middle, as a file does that is still being copied",
        "connectors/twin.wasm: *connectors/plain.wasm has the connector `plain` already; remove one of them",
        "connectors/unknown-contract.wasm: built against rounds:connector@0.9.0, and this host knows rounds:connector@0.1.0",
    ];
    let unlike = |(pattern, told): &(&str, &&str)| !fits(pattern, told);
    let wrong: Vec<_> = expected.into_iter().zip(&told).filter(unlike).collect();
    assert!(wrong.is_empty() && told.len() == expected.len(), "{wrong:#?}\nof {told:#?}");

    let host = site.start().await;
    clinic.book(7);
    within("a notification", receiver.wait_for(1)).await;
    assert_eq!(host.status().await.tasks["ward/appointments"].error, None);
}

#[tokio::test]
async fn inspecting_a_file_that_is_no_connector_says_why() {
    let site = Site::new(&[]).await;
    site.write("core.wasm", CORE);
    let said = site.rounds(&["connector", "inspect", "core.wasm"]).await;
    let expected = "core.wasm: is a core module, not a component; build it for wasm32-wasip2, or \
                    wrap it with `wasm-tools component new`";
    assert_eq!((said.code, said.error.as_str()), (Some(2), expected));
    let said = site.rounds(&["connector", "inspect", "nowhere.wasm"]).await;
    assert_fits("nowhere.wasm: cannot be read*", &said.error);
    assert_eq!(said.code, Some(2));
}

/// What goes wrong in `poll` or `changes`, and what `rounds status` says of it.
pub(crate) const POLLS: [(&str, &str); 19] = [
    (
        "traps-in-poll",
        "*@* of connection *: the connector trapped in `poll`: wasm trap: wasm `unreachable` instruction executed",
    ),
    (
        "traps-in-changes",
        "*@* of connection *: the connector trapped in `changes`: wasm trap: wasm `unreachable` instruction executed",
    ),
    (
        "panics",
        "*@* of connection *: the connector trapped in `changes`: panicked at tests/guests/examples/panics.rs:*: (its words may hold a patient's data)",
    ),
    (
        "loops",
        "*@* of connection *: the limit of guest time of a call was reached: 1s (host.limits.guest_cpu)",
    ),
    (
        "grows-memory",
        "*@* of connection *: the limit of guest memory was reached: 67108864 bytes (host.limits.guest_memory)",
    ),
    (
        "recurses",
        "*@* of connection *: the connector trapped in `poll`: wasm trap: call stack exhausted",
    ),
    (
        "oversized-cursor",
        "*@* of connection *: the limit of a cursor was reached: 16384 bytes (host.limits.cursor)",
    ),
    (
        "same-cursor",
        "*@* of connection *: the connector asks for more from a cursor where it was before, at page * of the poll; what came before is committed",
    ),
    (
        "cursor-cycle",
        "*@* of connection *: the connector asks for more from a cursor where it was before, at page 4 of the poll; what came before is committed",
    ),
    (
        "too-many-changes",
        "*@* of connection *: the limit of changes in a page was reached: 10000 (host.limits.page_changes)",
    ),
    (
        "too-much-data",
        "*@* of connection *: the limit of data from one call was reached: 16777216 bytes (host.limits.answer_body)",
    ),
    (
        "nameless-record",
        "*@* of connection *: the connector answered `changes` against the contract: a change's id or key is empty or longer than 1024 bytes",
    ),
    (
        "undeclared-request",
        "connection undeclared-request: a request was not sent: its connector declares no GET of `/*/*` in `requests`",
    ),
    (
        "undeclared-method",
        "connection undeclared-method: a request was not sent: its connector declares no POST of `/appointments` in `requests`",
    ),
    (
        "other-origin",
        "connection other-origin: a request was not sent: its target has another host and port than the base URL; if that is the EHR's own, as its links show, add it to `allow_origins`",
    ),
    (
        "link-local",
        "connection link-local: a request was not sent: its target has another host and port than the base URL; if that is the EHR's own, as its links show, add it to `allow_origins`",
    ),
    (
        "climbs-out",
        "connection climbs-out: a request was not sent: its target holds a `.` or `..` segment",
    ),
    (
        "reserved-header",
        "connection reserved-header: a request was not sent: it sets the header `authorization`, which is the host's",
    ),
    (
        "splits-header",
        "connection splits-header: a request was not sent: its header 1 has a name or value that holds what no header may hold",
    ),
];

/// What goes wrong in `collect`, and what the log says of it.
pub(crate) const COLLECTS: [(&str, &str); 9] = [
    (
        "traps-in-collect",
        "*@* of connection *: the connector trapped in `collect`: wasm trap: wasm `unreachable` instruction executed",
    ),
    (
        "invalid-payload",
        "*@* of connection *: the connector answered `collect` against the contract: a payload that is no JSON at line 1 column 13",
    ),
    (
        "oversized-memo",
        "*@* of connection *: the limit of a memo was reached: 1024 bytes (host.limits.memo)",
    ),
    (
        "oversized-payload",
        "*@* of connection *: the limit of a notification's payload was reached: 1048576 bytes (host.limits.payload)",
    ),
    (
        "undeclared-event",
        "*@* of connection *: the connector answered `collect` against the contract: an event that the action does not declare",
    ),
    (
        "fetches-for-ever",
        "*@* of connection *: the limit of steps of a collect was reached: 8 (host.limits.collect_steps)",
    ),
    (
        "fetches-too-much",
        "*@* of connection *: the limit of requests in a step was reached: 32 (host.limits.step_requests)",
    ),
    (
        "fetches-nothing",
        "*@* of connection *: the connector answered `collect` against the contract: a step that fetches nothing",
    ),
    (
        "asks-elsewhere-in-collect",
        "connection asks-elsewhere-in-collect: a request was not sent: its target has another host and port than the base URL; if that is the EHR's own, as its links show, add it to `allow_origins`",
    ),
];

const LIMITS: &str = "\
[host]
admin = \"127.0.0.1:0\"
log = \"json\"
connector_log = true
limits = { guest_memory = \"64MiB\", answer_body = \"4MiB\", poll_pages = 20 }

";

/// A host with all of these, and a ward beside them that behaves; the app hears of the ward only.
async fn beside_a_ward(site: &Site, guests: &[(&str, &str)], clinic: &Clinic, app: &str) -> Rounds {
    let guests = guests.iter().map(|(guest, _)| connection(guest, guest, clinic.url(), ""));
    let ward = connection("ward", "plain", clinic.url(), "");
    let app = destination("app", app, "connections = [\"ward\"]");
    site.configure(&(LIMITS.to_owned() + &guests.collect::<String>() + &ward + &app));
    site.start().await
}

fn with_plain(guests: &[(&'static str, &str)]) -> Vec<&'static str> {
    guests.iter().map(|(guest, _)| *guest).chain(["plain"]).collect()
}

#[tokio::test]
async fn a_guest_whose_pages_never_end_goes_on_and_harms_nobody() {
    let site = Site::new(&["plain", "endless-pages"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let endless = [("endless-pages", "")];
    let host = beside_a_ward(&site, &endless, &clinic, receiver.url()).await;
    host.wait_for("a poll that goes on", |report| {
        let task = report.tasks.get("endless-pages/appointments")?;
        (task.goes_on && task.error.is_none() && task.polls >= 2).then_some(())
    })
    .await;
    clinic.book(1);
    within("the ward's notification", receiver.wait_for(1)).await;
}

#[tokio::test]
async fn a_guest_that_fails_in_a_poll_harms_its_own_connection_only() {
    let site = Site::new(&with_plain(&POLLS)).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    let host = beside_a_ward(&site, &POLLS, &clinic, receiver.url()).await;

    let wrong = host.wait_for("an error of every guest", |report| {
        let error = |guest: &str| report.tasks.get(&format!("{guest}/appointments"))?.error.clone();
        let found = POLLS.iter().map(|(guest, pattern)| (*pattern, error(guest)));
        let all: Option<Vec<_>> = found.map(|(pattern, error)| Some((pattern, error?))).collect();
        Some(all?.into_iter().filter(|(pattern, error)| !fits(pattern, error)).collect::<Vec<_>>())
    });
    let wrong = wrong.await;
    assert!(wrong.is_empty(), "{wrong:#?}");

    // While all of them go on failing, the ward's changes arrive.
    for number in 2..6 {
        clinic.book(number);
        within("the ward's next notification", receiver.wait_for(number as usize)).await;
    }
    for (guest, _) in POLLS {
        host.wait_for(&format!("a second failure of {guest}"), |report| {
            let task = &report.tasks[&format!("{guest}/appointments")];
            (task.failures >= 2 && !task.stopped).then_some(())
        })
        .await;
    }
    let told = site.rounds(&["status", "--json", "--admin", &host.address()]).await.json();
    for (guest, pattern) in POLLS {
        let error = &told["tasks"][format!("{guest}/appointments")]["error"];
        assert_fits(pattern, error.as_str().unwrap_or_default());
    }
    assert_eq!(told["tasks"]["ward/appointments"]["error"], Value::Null);
    assert_eq!(receiver.received().len(), 5, "something else was told, or twice");
    let asked = clinic.asked();
    let allowed = ["GET /appointments?changedsince=", "GET /patient/"];
    let other: Vec<_> =
        asked.iter().filter(|it| !allowed.iter().any(|ok| it.starts_with(ok))).collect();
    assert!(other.is_empty(), "{other:?} was asked");
    assert!(!has_panicked(&host.log()), "{}", host.log());
}

#[tokio::test]
async fn a_container_that_cannot_be_collected_is_tried_again_though_nothing_else_happens() {
    let site = Site::new(&["traps-in-collect"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    let text = connection("alone", "traps-in-collect", clinic.url(), "");
    site.configure(&(text + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let first = host.wait_for_log("a failure", |line| line.has("not_before")).await;
    let later =
        |line: &Line| line.has("not_before") && line.text("not_before") != first.text("not_before");
    let second = host.wait_for_log("a second failure", later).await;
    assert_eq!(first.text("container"), second.text("container"));
}

#[tokio::test]
async fn a_cursor_stays_where_a_failed_page_found_it() {
    let guests = [("oversized-cursor", ""), ("too-many-changes", ""), ("traps-in-changes", "")];
    let site = Site::new(&with_plain(&guests)).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let host = beside_a_ward(&site, &guests, &clinic, receiver.url()).await;
    for (guest, _) in guests {
        host.wait_for_error(&format!("{guest}/appointments"), "*").await;
        assert_eq!(host.cursor(guest).await, None, "{guest}");
    }
}

#[tokio::test]
async fn a_guest_that_fails_in_collect_harms_its_own_connection_only() {
    let site = Site::new(&with_plain(&COLLECTS)).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    let host = beside_a_ward(&site, &COLLECTS, &clinic, receiver.url()).await;
    for (guest, expected) in COLLECTS {
        let failed = |line: &Line| line.text("connection") == guest && line.has("error");
        let line = host.wait_for_log(&format!("a failure of {guest}"), failed).await;
        assert_fits(expected, line.text("error"));
    }
    for number in 2..6 {
        clinic.book(number);
        within("the ward's next notification", receiver.wait_for(number as usize)).await;
    }
    // What cannot be collected is kept.
    let report = host.status().await;
    for (guest, _) in COLLECTS {
        assert!(report.pending[guest] > 0, "{guest}: {report:#?}");
    }
    assert_eq!(receiver.received().len(), 5, "something else was told, or twice");
    assert!(clinic.asked().iter().all(|asked| asked.starts_with("GET ")));
    assert!(!has_panicked(&host.log()), "{}", host.log());
}

/// Four tries take minutes by the host's clock, so this one is turned.
#[tokio::test]
async fn what_cannot_be_collected_becomes_a_dead_letter_and_can_be_replayed() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let clock = Arc::new(Manual::at(Timestamp::now()));
    let builder = Receiver::builder().key(key(SECRET)).clock(clock.clone());
    let receiver = receiver_with(builder).await;
    site.write("secret", SECRET);
    let app = destination("app", receiver.url(), "");
    let app = app.replace("env = \"ROUNDS_SECRET\"", "file = \"secret\"");
    site.configure(&(connection("ward", "plain", clinic.url(), "") + &app));
    let config = Config::load(site.path("rounds.toml")).unwrap();
    let host = Host::builder(config).clock(clock.clone()).build().await.unwrap();
    let (handle, stop) = (host.handle(), CancellationToken::new());
    let running = TaskTracker::new();
    let ran = running.spawn(host.run(stop.clone()));
    let task = TaskId { connection: "ward".into(), action: "appointments".into() };

    clinic.forget_patient(Some(7));
    clinic.book(7);
    let turn = async || {
        clock.advance(Duration::from_secs(200));
        // A change of somebody else has the collector look at its clock.
        clinic.book(1);
        handle.poll(task.clone());
        handle.dead().unwrap().first().cloned()
    };
    let letter =
        eventually("a dead letter", turn, async || format!("{:#?}", handle.report())).await;
    let expected =
        "the EHR answered what the connector cannot read: status 404, at every attempt for 1h";
    assert_eq!((letter.reason.as_str(), &letter.destination), (expected, &None));
    assert_eq!(handle.dead().unwrap().len(), 1);
    let of_seven = |all: &[Received]| {
        all.iter().filter(|it| it.arrival().unwrap().key.as_deref() == Some("7")).count()
    };
    assert_eq!(of_seven(&receiver.received()), 0);

    clinic.forget_patient(None);
    assert_eq!(handle.replay(&[letter.container]).await.unwrap(), 1);
    within("the replayed one", receiver.wait_until(|all| of_seven(all) == 1)).await;
    assert_eq!(handle.dead().unwrap(), []);
    stop.cancel();
    within("the host's end", ran).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_guest_finds_no_world_around_it() {
    let site = Site::new(&["looks-around"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    site.configure(
        &(connection("ward", "looks-around", clinic.url(), "")
            + &destination("app", receiver.url(), "")),
    );
    let _host = site.start().await;
    within("a notification", receiver.wait_for(1)).await;
    clinic.book(2);
    within("another", receiver.wait_for(2)).await;

    let told = receiver.received();
    let told: Vec<Value> =
        told.iter().map(|it| serde_json::from_slice(&it.body).unwrap()).collect();
    for notification in &told {
        for call in ["changes", "collect"] {
            let seen = &notification["data"][call];
            assert_eq!(seen["clock_ns"], nanoseconds(&seen["now"]), "{seen}");
            let nothing = serde_json::json!({
                "now": seen["now"], "clock_ns": seen["clock_ns"], "random": seen["random"],
                "refused": seen["refused"],
                "passed_ns": "0", "variables": 0, "arguments": 0, "folder": null,
                "file": false, "written": false, "connected": false, "input": 0,
            });
            assert_eq!(*seen, nothing);
        }
        // The guest that collects draws the numbers of the one that polled.
        let data = &notification["data"];
        assert_eq!(data["changes"]["random"], data["collect"]["random"]);
    }
    assert_ne!(told[0]["data"]["changes"]["random"], told[1]["data"]["changes"]["random"]);
}

/// A time in RFC 3339 as nanoseconds since 1970, as text.
fn nanoseconds(time: &Value) -> String {
    let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    time.as_nanosecond().to_string()
}

#[tokio::test]
async fn a_guest_that_floods_its_log_is_cut_short() {
    let site = Site::new(&["floods-log"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    let text = connection("ward", "floods-log", clinic.url(), "")
        + &destination("app", receiver.url(), "");
    site.configure(&(LIMITS.to_owned() + &text));
    let host = site.start().await;
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;

    let polls = host.status().await.tasks["ward/appointments"].polls as usize;
    let lines: Vec<_> =
        host.lines().into_iter().filter(|it| it.text("connector") == "floods-log").collect();
    let written: Vec<_> = lines.iter().map(|it| it.text("message").to_owned()).collect();
    assert!((1..=100 * (polls + 1)).contains(&written.len()), "{} of {polls} polls", written.len());
    assert_eq!(written[0].len(), 4 << 10, "a line is cut at its limit");
    assert!(written[0].starts_with(" [31mred  xxx"), "{:.40}", written[0]);
    assert_eq!(written[1], "line 0");
}

#[tokio::test]
async fn nobody_reads_a_guests_log_unless_asked_to() {
    let site = Site::new(&["floods-log"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    site.configure(
        &(connection("ward", "floods-log", clinic.url(), "")
            + &destination("app", receiver.url(), "")),
    );
    let host = site.start().await;
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    assert!(!host.log().contains("line 0"), "{}", host.log());
}

#[tokio::test]
async fn a_lost_cursor_stops_the_task_until_a_person_sets_one() {
    let site = Site::new(&["plain"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    site.configure(
        &(connection("ward", "plain", clinic.url(), "") + &destination("app", receiver.url(), "")),
    );
    let host = site.start().await;
    host.wait_for_polls("ward/appointments", 1).await;
    clinic.answer(Some(410));
    let expected = "the EHR or its connector no longer knows the cursor: status 410; set one with `rounds cursor set`, or begin anew with its `--reset`";
    host.wait_for_error("ward/appointments", expected).await;
    let task = host.status().await.tasks["ward/appointments"].clone();
    assert!(task.stopped && task.next_at.is_none(), "{task:?}");
    clinic.answer(None);
    clinic.book(1);
    let address = host.address();
    let set = ["cursor", "set", "ward", "appointments", "0", "--admin", &address];
    let said = site.rounds(&set).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    within("a notification", receiver.wait_for(1)).await;
}

#[tokio::test]
async fn what_a_queue_forgot_is_told_after_a_crash() {
    let site = Site::new(&["consuming"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    clinic.book(2);
    site.configure(
        &(connection("ward", "consuming", clinic.url(), "")
            + &destination("app", receiver.url(), "")),
    );
    // The answer is on disk, the queue is empty, and nobody has parsed it yet.
    let said = site.start_with(&[("ROUNDS_KILL_AT", "answered")]).await.ended().await;
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&said.status), Some(9));
    assert_eq!(receiver.received().len(), 0);
    let asked = clinic.asked().len();
    let _host = site.start().await;
    within("both notifications", receiver.wait_for(2)).await;
    assert_eq!(receiver.received().len(), 2);
    let queue = clinic.asked().iter().take(asked).filter(|it| *it == "GET /queue").count();
    assert_eq!(queue, 1, "the queue was asked once before the crash");
}

#[tokio::test]
async fn a_queue_that_failed_once_is_asked_again() {
    let site = Site::new(&["consuming"]).await;
    let (clinic, receiver) = (Clinic::start().await, receiver().await);
    clinic.book(1);
    clinic.answer(Some(503));
    site.configure(
        &(connection("ward", "consuming", clinic.url(), "")
            + &destination("app", receiver.url(), "")),
    );
    let host = site.start().await;
    let expected = "the EHR is unavailable: status 503";
    host.wait_for_error("ward/appointments", expected).await;
    clinic.answer(None);
    within("the notification", receiver.wait_for(1)).await;
}

#[tokio::test]
async fn a_plugin_and_a_guest_are_components() {
    for name in ["plain", crate::support::FHIR] {
        let bytes = fs::read(connector_file(name)).unwrap();
        assert_eq!(&bytes[..COMPONENT.len()], COMPONENT, "{name}");
    }
}
