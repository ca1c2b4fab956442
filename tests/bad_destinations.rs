//! What a destination can answer wrong: each is told, and what it was to be told is kept until
//! it takes it, in the same bytes and under the same id.

use std::{collections::BTreeMap, time::Duration};

use rounds::practice::{Fault, Receiver};
use serde_json::{Value, json};

use crate::support::{
    Clinic, Rounds, Running, SECRET, Site, assert_fits, connection, destination, fits, key,
    receiver, receiver_with, within,
};

const SECOND: Duration = Duration::from_secs(1);
const OTHER_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// One way to go wrong, and what `rounds status` says of the destination.
struct Case {
    name: &'static str,
    fault: Fault,
    error: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |name, fault, error| Case { name, fault, error };
    vec![
        case(
            "s301",
            Fault::Status(301),
            "answered 301: a redirect, which is not followed; set its new URL",
        ),
        case("s302", Fault::Status(302), "answered 302: *"),
        case("s400", Fault::Status(400), "answered 400: *"),
        case("s401", Fault::Status(401), "answered 401: *"),
        case("s404", Fault::Status(404), "answered 404: *"),
        case("s407", Fault::Status(407), "answered 407: *"),
        case("s429", Fault::Status(429), "answered 429: *"),
        case("throttles", Fault::throttled_for(SECOND), "answered 429: *"),
        case("s500", Fault::Status(500), "answered 500: *"),
        case(
            "silent",
            Fault::Silence,
            "destination silent: 127.0.0.1:* did not answer within 2 s*",
        ),
        case("resets", Fault::Reset, "destination resets: 127.0.0.1:* broke the connection off"),
    ]
}

/// A host of a clinic, and a destination for each of these.
async fn host(site: &Site, clinic: &Clinic, to: &[(&str, &Receiver)]) -> Rounds {
    let further = "timeout = \"2s\"";
    let destinations = to.iter().map(|(name, to)| destination(name, to.url(), further));
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destinations.collect::<String>()));
    site.start().await
}

/// All that a receiver took is one notification of one id, in the same bytes each time.
fn assert_one(name: &str, receiver: &Receiver) {
    let attempts = receiver.attempts();
    assert!(attempts.iter().all(|it| it.id == attempts[0].id && !it.altered), "{name}");
    assert!(attempts.iter().any(|it| it.taken), "{name}");
    assert_eq!(receiver.refused(), 0, "{name}");
}

#[tokio::test]
async fn a_fault_of_a_destination_is_told_and_loses_nothing() {
    let (site, clinic, cases) = (Site::new(&["plain"]).await, Clinic::start().await, cases());
    let mut receivers: Vec<Running<Receiver>> = Vec::new();
    for case in &cases {
        let receiver = receiver().await;
        receiver.faults().next(u32::MAX, case.fault.clone());
        receivers.push(receiver);
    }
    let well = receiver().await;
    let to = cases.iter().map(|case| case.name).zip(receivers.iter().map(|it| &**it));
    let to: Vec<_> = to.chain([("well", &*well)]).collect();
    let host = host(&site, &clinic, &to).await;
    clinic.book(7);

    // One that is well is not kept waiting by those that are not.
    within("a notification", well.wait_for(1)).await;
    let mut told = BTreeMap::new();
    host.wait_for("an error of every destination", |report| {
        for case in &cases {
            let error = report.destinations[case.name].error.clone();
            error.map(|error| told.entry(case.name).or_insert(error));
        }
        (told.len() == cases.len()).then_some(())
    })
    .await;
    receivers.iter().for_each(|receiver| receiver.faults().clear());
    let told = cases.iter().map(|case| (case.error, &told[case.name]));
    let wrong: Vec<_> = told.filter(|(pattern, error)| !fits(pattern, error)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    host.wait_for("nothing under way", |report| (report.pending["ward"] == 0).then_some(())).await;
    for (case, receiver) in cases.iter().zip(&receivers) {
        assert_one(case.name, receiver);
        assert_eq!(receiver.arrivals().of("/elsewhere"), 0);
        let state = host.status().await.destinations[case.name].clone();
        assert_eq!((state.delivered, state.dead, state.error), (1, 0, None), "{}", case.name);
        assert!(state.failed > 0, "{}", case.name);
    }
    assert_eq!(well.attempts().len(), 1);
}

#[tokio::test]
async fn what_a_destination_says_after_its_status_does_not_matter() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let mut receivers = Vec::new();
    for fault in [Fault::Flood(u64::MAX), Fault::Html, Fault::Drip(SECOND), Fault::Truncated] {
        let receiver = receiver().await;
        receiver.faults().next(u32::MAX, fault);
        receivers.push(receiver);
    }
    let names = ["endless", "html", "drips", "truncated"];
    let to: Vec<_> = names.into_iter().zip(receivers.iter().map(|it| &**it)).collect();
    let host = host(&site, &clinic, &to).await;
    clinic.book(7);
    for name in names {
        host.wait_for(name, |report| (report.destinations[name].delivered == 1).then_some(()))
            .await;
    }
    for (name, receiver) in to {
        assert_eq!(receiver.attempts().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn one_that_is_gone_is_disabled_and_hears_of_it_all_after_a_restart() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (gone, well) = (receiver().await, receiver().await);
    gone.faults().next(u32::MAX, Fault::Status(410));
    let to: [(&str, &Receiver); 2] = [("gone", &gone), ("well", &well)];
    let host = host(&site, &clinic, &to).await;
    clinic.book(1);
    let disabled = host.wait_for("a disabled destination", |report| {
        let it = &report.destinations["gone"];
        it.disabled.then(|| it.clone())
    });
    let disabled = disabled.await;
    assert_fits("answered 410: it wants no more; *", &disabled.error.unwrap());
    // Others go on, and it is left alone with what comes.
    clinic.book(2);
    within("the other's second", well.wait_for(2)).await;
    let waiting = |report: &rounds::status::Report| report.destinations["gone"].waiting == 2;
    host.wait_for("both kept", |report| waiting(report).then_some(())).await;
    assert_eq!(gone.attempts().len(), 1);
    assert_eq!(host.admin().dead().await.unwrap(), []);

    gone.faults().clear();
    let ended = host.stop().await;
    assert!(ended.status.success(), "{ended:?}");
    let _host = site.start().await;
    within("both notifications", gone.wait_for(2)).await;
    assert_eq!(gone.attempts().len(), 3);
    assert_eq!(well.attempts().len(), 2, "what was delivered is not told again");
}

#[tokio::test]
async fn what_is_too_large_is_a_dead_letter_at_once_and_can_be_replayed() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (receiver, sick) = (receiver().await, receiver().await);
    receiver.faults().next(1, Fault::Status(413));
    // Of the same change, which waits for this one all the while.
    sick.faults().next(u32::MAX, Fault::Status(500));
    let to: [(&str, &Receiver); 2] = [("app", &receiver), ("sick", &sick)];
    let host = host(&site, &clinic, &to).await;
    clinic.book(7);
    host.wait_for("a dead letter", |report| (report.destinations["app"].dead == 1).then_some(()))
        .await;
    assert_eq!(receiver.attempts().len(), 1);
    // What comes later of the same patient is not held up.
    clinic.book(7);
    within("the next notification", receiver.wait_for(1)).await;

    let address = host.address();
    let list = ["dead", "list", "--json", "--admin", &address];
    let listed = site.rounds(&list).await.json();
    let letter = &listed[0];
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(letter["reason"], "answered 413: the notification is too large for it");
    assert_eq!(letter["destination"], "app");
    assert_eq!(letter["task"], json!({ "connection": "ward", "action": "appointments" }));
    let number = letter["container"].to_string();
    let people = site.rounds(&["dead", "list", "--admin", &address]).await;
    assert!(people.out.contains("answered 413"), "{people:?}");
    assert!(!people.out.contains("Example, Patient"), "a list shows no patient's data");

    let said = site.rounds(&["dead", "replay", "999", "--admin", &address]).await;
    assert_eq!(
        (said.code, said.error.as_str()),
        (Some(2), "999 is no dead letter; none was replayed")
    );
    let replay = ["dead", "replay", &number, "--json", "--admin", &address];
    let said = site.rounds(&replay).await;
    assert_eq!((said.code, said.json()), (Some(0), json!({ "replayed": 1 })));
    within("the replayed notification", receiver.wait_for(2)).await;
    let attempts = receiver.attempts();
    let again = &attempts[2];
    assert_eq!((&again.id, again.altered), (&attempts[0].id, false), "the same id, the same bytes");
    assert_eq!(site.rounds(&list).await.json(), json!([]));
    assert_eq!(letter["notification_id"], Value::from(again.id.clone()));
    sick.faults().clear();
    within("what the other waited for", sick.wait_for(2)).await;
}

#[tokio::test]
async fn dead_letters_outlive_the_host_and_are_replayed_without_it() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    receiver.faults().next(2, Fault::Status(413));
    let to: [(&str, &Receiver); 1] = [("app", &receiver)];
    let host = host(&site, &clinic, &to).await;
    clinic.book(1);
    clinic.book(2);
    host.wait_for("dead letters", |report| (report.destinations["app"].dead == 2).then_some(()))
        .await;
    host.stop().await;
    // The admin address of a host with port 0 says nothing of a next one: the store is asked.
    assert_eq!(
        site.rounds(&["dead", "list", "--json"]).await.json().as_array().map(Vec::len),
        Some(2)
    );
    // A host that knows of them from its store alone says that they wait.
    let host = site.start().await;
    assert_eq!(host.status().await.dead_letters, 2);
    let said = site.rounds(&["status", "--admin", &host.address()]).await;
    assert!(said.out.contains("dead letters: 2 wait for a person"), "{said:?}");
    host.stop().await;
    let said = site.rounds(&["dead", "replay", "--all"]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), "put back in line: 2"), "{said:?}");
    let host = site.start().await;
    within("both notifications", receiver.wait_for(2)).await;
    assert_eq!(host.status().await.dead_letters, 0);
}

#[tokio::test]
async fn secrets_are_rotated_by_two_at_once() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let old = receiver_with(Receiver::builder().key(key(SECRET))).await;
    let new = receiver_with(Receiver::builder().key(key(OTHER_SECRET))).await;
    site.write("new-secret", OTHER_SECRET);
    let both = "secret = [{ file = \"new-secret\" }, { env = \"ROUNDS_SECRET\" }]";
    let rotating = |name: &str, to: &Receiver| {
        destination(name, to.url(), "").replace("secret = { env = \"ROUNDS_SECRET\" }", both)
    };
    let ward = connection("ward", "plain", clinic.url(), "");
    let unaware = destination("unaware", new.url(), "");
    site.configure(&(ward + &rotating("old", &old) + &rotating("new", &new) + &unaware));
    let host = site.start().await;
    clinic.book(7);
    within("the old secret's", old.wait_for(1)).await;
    within("the new secret's", new.wait_for(1)).await;
    // A secret that the receiver does not know is refused: the above was verified.
    host.wait_for("a refusal", |report| {
        let error = report.destinations["unaware"].error.as_deref();
        error.is_some_and(|error| error.starts_with("answered 401: ")).then_some(())
    })
    .await;
    assert_eq!((old.refused(), old.attempts().len(), new.attempts().len()), (0, 1, 1));
}
