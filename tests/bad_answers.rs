//! What an EHR can answer wrong: each is told by a clear error, no cursor moves, and when the
//! EHR is well again, every change that was made meanwhile arrives exactly once.

use std::time::Duration;

use rounds::practice::{Access, Ehr, Fault, Received, Receiver, Tally};

use crate::support::{
    FHIR, Line, Rounds, Running, SECRET, Site, connection, destination, ehr, fits, receiver, within,
};

/// One way to go wrong, and what `rounds status` says of it.
struct Case {
    name: &'static str,
    fault: Fault,
    error: &'static str,
}

const SECOND: Duration = Duration::from_secs(1);
/// Far more than a page of the practice EHR.
const GIBIBYTE: u64 = 1 << 30;

fn cases() -> Vec<Case> {
    let case = |name, fault, error| Case { name, fault, error };
    vec![
        case(
            "s401",
            Fault::Status(401),
            "the EHR refused access: status 401 (exception) to a search of Appointment by _lastUpdated, _sort, *",
        ),
        case(
            "s403",
            Fault::Status(403),
            "the EHR refused access: status 403 (exception) to a search of Appointment by _lastUpdated, _sort, *",
        ),
        case(
            "s404",
            Fault::Status(404),
            "the EHR answered what the connector cannot read: status 404 (exception) to a search of Appointment by _lastUpdated, _sort, *",
        ),
        case(
            "s410",
            Fault::Status(410),
            "the EHR answered what the connector cannot read: status 410 (exception) to a search of Appointment by _lastUpdated, _sort, *",
        ),
        case("s429", Fault::Status(429), "the EHR asks for a pause"),
        case("throttles", Fault::throttled_for(2 * SECOND), "the EHR asks for a pause of 2 s"),
        case(
            "s500",
            Fault::Status(500),
            "the EHR is unavailable: status 500 (exception) to a search of Appointment by _lastUpdated, _sort, *",
        ),
        case(
            "html",
            Fault::Html,
            "the EHR answered what the connector cannot read: HTML with status 200*",
        ),
        case(
            "truncated",
            Fault::Truncated,
            "the EHR answered what the connector cannot read: no valid JSON at line 1, column *",
        ),
        case(
            "floods",
            Fault::Flood(GIBIBYTE),
            "connection floods: the answer of 127.0.0.1:* is longer than 16777216 bytes*",
        ),
        case(
            "endless",
            Fault::Flood(u64::MAX),
            "connection endless: the answer of 127.0.0.1:* is longer than 16777216 bytes*",
        ),
        case(
            "drips",
            Fault::Drip(SECOND),
            "connection drips: 127.0.0.1:* did not answer within 2 s*",
        ),
        case("silent", Fault::Silence, "connection silent: 127.0.0.1:* did not answer within 2 s*"),
        case("resets", Fault::Reset, "connection resets: 127.0.0.1:* broke the connection off"),
        case(
            "redirects",
            Fault::Status(301),
            "connection redirects: the answer of 127.0.0.1:* redirects to *, which is not followed; use the URL that it leads to",
        ),
    ]
}

fn task(case: &Case) -> String {
    format!("{}/appointments", case.name)
}

/// A host with a connection of its own for every EHR, all polled once and well.
async fn well(site: &Site, cases: &[Case], ehrs: &[Running<Ehr>], receiver: &Receiver) -> Rounds {
    let further = "timeout = \"2s\"";
    let connections = cases.iter().zip(ehrs);
    let connections =
        connections.map(|(case, ehr)| connection(case.name, FHIR, ehr.base_url(), further));
    site.configure(&(connections.collect::<String>() + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    for case in cases {
        host.wait_for(&format!("a first poll of {}", case.name), |report| {
            let task = &report.tasks[&task(case)];
            (task.polls > 0 && task.error.is_none()).then_some(())
        })
        .await;
    }
    host
}

/// Some changes of several kinds.
fn change(ehr: &Ehr) {
    ehr.book().unwrap();
    ehr.reschedule("apt-1").unwrap();
    ehr.cancel("apt-2").unwrap();
}

#[tokio::test]
async fn a_fault_of_an_ehr_is_told_and_loses_nothing() {
    let (site, receiver) = (Site::new(&[FHIR]).await, receiver().await);
    let cases = cases();
    let mut ehrs = Vec::new();
    for seed in 0..cases.len() {
        ehrs.push(ehr(seed as u64).await);
    }
    let host = well(&site, &cases, &ehrs, &receiver).await;

    for (case, ehr) in cases.iter().zip(&ehrs) {
        ehr.faults().next(u32::MAX, case.fault.clone());
    }
    let tasks: Vec<_> = cases.iter().map(task).collect();
    let tasks: Vec<_> = tasks.iter().map(String::as_str).collect();
    host.poll(&tasks).await;
    let report = host.status().await;
    let error = |case: &Case| report.tasks[&task(case)].error.clone().unwrap_or_default();
    let told = cases.iter().map(|case| (case.error, error(case)));
    let wrong: Vec<_> = told.filter(|(pattern, error)| !fits(pattern, error)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for asked in ["GET /Appointment/**, answered 500", "GET /Appointment/**, answered 200"] {
        assert!(host.log().contains(asked), "{asked}: {}", host.log());
    }

    // No change is seen while the fault lasts, so no cursor may move.
    let mut cursors = Vec::new();
    for (case, ehr) in cases.iter().zip(&ehrs) {
        cursors.push(host.cursor(case.name).await);
        change(ehr);
    }
    host.poll(&tasks).await;
    for (case, cursor) in cases.iter().zip(&cursors) {
        assert_eq!(host.cursor(case.name).await, *cursor, "{}", case.name);
        assert!(!host.status().await.tasks[&task(case)].stopped, "{}", case.name);
    }
    assert_eq!(receiver.received().len(), 0);

    ehrs.iter().for_each(|ehr| ehr.faults().clear());
    host.poll(&tasks).await;
    within("all changes", receiver.wait_for(3 * cases.len())).await;
    for (case, ehr) in cases.iter().zip(&ehrs) {
        assert_arrived_once(case.name, ehr, &receiver.received());
    }
}

/// Every change of an EHR arrived, once, and nothing else of it did.
fn assert_arrived_once(connection: &str, ehr: &Ehr, received: &[Received]) {
    let arrivals = received.iter().filter_map(Received::arrival);
    let arrivals: Vec<_> = arrivals.filter(|it| it.connection == connection).collect();
    let changes = ehr.changes();
    let tally = Tally { delays: None, ..Tally::of(&changes, &arrivals) };
    let (changes, arrived) = (changes.len(), changes.len());
    assert_eq!(tally, Tally { changes, arrived, ..Tally::default() }, "{connection}");
}

#[tokio::test]
async fn a_fault_while_collecting_loses_nothing_either() {
    let faults = [
        ("s401", Fault::Status(401)),
        ("s500", Fault::Status(500)),
        ("throttles", Fault::throttled_for(SECOND)),
        ("html", Fault::Html),
        ("truncated", Fault::Truncated),
        ("resets", Fault::Reset),
        ("silent", Fault::Silence),
    ];
    let case = |(name, fault)| Case { name, fault, error: "" };
    let cases: Vec<_> = faults.into_iter().map(case).collect();
    let (site, receiver) = (Site::new(&[FHIR]).await, receiver().await);
    let mut ehrs = Vec::new();
    for seed in 0..cases.len() {
        ehrs.push(ehr(seed as u64).await);
    }
    let host = well(&site, &cases, &ehrs, &receiver).await;
    for (case, ehr) in cases.iter().zip(&ehrs) {
        // What breaks once, as a connection that was kept too long, is asked again at once.
        let times = if case.fault == Fault::Reset { 2 } else { 1 };
        ehr.faults().next_at("/Patient/", times, case.fault.clone());
        ehr.book().unwrap();
    }
    for case in &cases {
        let failed = |line: &Line| line.text("connection") == case.name && line.has("error");
        host.wait_for_log(&format!("trouble of {}", case.name), failed).await;
    }
    within("all changes", receiver.wait_for(cases.len())).await;
    for (case, ehr) in cases.iter().zip(&ehrs) {
        assert_arrived_once(case.name, ehr, &receiver.received());
    }
}

#[tokio::test]
async fn credentials_that_are_refused_are_told_and_not_shown() {
    let (site, receiver, ehr) = (Site::new(&[FHIR]).await, receiver().await, ehr(1).await);
    ehr.require(Access::Bearer("another token".into()));
    let auth = "auth = { type = \"bearer\", token = { env = \"ROUNDS_SECRET\" } }";
    site.configure(
        &(connection("ward", FHIR, ehr.base_url(), auth) + &destination("app", receiver.url(), "")),
    );
    let host = site.start().await;
    let expected = "the EHR refused access: status 401 *to a search of Appointment by *";
    host.wait_for_error("ward/appointments", expected).await;
    assert!(!host.log().contains(SECRET), "{}", host.log());
    ehr.require(Access::Bearer(SECRET.into()));
    host.wait_for("a good poll", |report| {
        report.tasks["ward/appointments"].error.is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_ehr_that_is_not_there_is_told() {
    let (site, receiver) = (Site::new(&[FHIR]).await, receiver().await);
    let nobody = crate::support::listener().await.local_addr().unwrap();
    let text = connection("ward", FHIR, &format!("http://{nobody}/fhir"), "")
        + &connection("nowhere", FHIR, "http://ehr.invalid/fhir", "")
        + &connection("plain-text", FHIR, &format!("https://{}", address(receiver.url())), "")
        + &destination("app", receiver.url(), "");
    site.configure(&text);
    let host = site.start().await;
    for (task, expected) in [
        (
            "ward/appointments",
            "connection ward: 127.0.0.1:* refused the connection; nothing listens there",
        ),
        (
            "nowhere/appointments",
            "connection nowhere: ehr.invalid has a name that cannot be resolved; check the name, and this machine's DNS",
        ),
        (
            "plain-text/appointments",
            "connection plain-text: 127.0.0.1:* does not speak TLS on this port; should the URL begin with http://?",
        ),
    ] {
        host.wait_for_error(task, expected).await;
    }
}

fn address(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap()
}
