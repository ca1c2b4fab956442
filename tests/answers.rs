//! An answer that an EHR gives once only, and that its connector cannot read: kept, shown, moved
//! aside so that the feed goes on, and read in the end.

use std::fs;

use rounds::{
    practice::{Received, Receiver},
    status::Report,
};
use serde_json::{Value, json};

use crate::support::{
    Clinic, Rounds, Running, Said, Site, assert_fits, connection, destination, guest, receiver,
    within,
};

const TASK: &str = "ward/appointments";
const NAMES: [&str; 2] = ["ward", "appointments"];
/// What is told of a task that has such an answer, with the ways out.
const STUCK: &str = "*no valid JSON at line 1*`rounds answer show ward appointments`*`rounds answer bury ward appointments`*";

/// A host whose queue gave an answer with an appointment of patient 4711 that cannot be read.
async fn stuck(site: &Site, clinic: &Clinic) -> (Rounds, Running<Receiver>) {
    let app = receiver().await;
    let ward = connection("ward", "consuming", clinic.url(), "");
    site.configure(&(ward + &destination("app", app.url(), "")));
    clinic.mark_queue(true);
    clinic.book(4711);
    let host = site.start().await;
    host.wait_for_error(TASK, STUCK).await;
    clinic.mark_queue(false);
    (host, app)
}

async fn say(site: &Site, words: &[&str], further: &[&str]) -> Said {
    site.rounds(&[words, &NAMES, further].concat()).await
}

/// Buries the answer; the dead letter's number.
async fn bury(site: &Site, further: &[&str]) -> String {
    let said = say(site, &["answer", "bury", "--json"], further).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    said.json()["container"].to_string()
}

fn records(app: &Receiver) -> Vec<String> {
    let record = |it: &Received| it.arrival().unwrap().record;
    app.received().iter().map(record).collect()
}

async fn audited(site: &Site) -> Vec<Value> {
    let listed = site.rounds(&["audit", "list", "--json"]).await.json();
    let brief = |it: &Value| json!([it["what"], it["of"], it["outcome"]]);
    listed.as_array().unwrap().iter().map(brief).collect()
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_moved_aside_and_read_in_the_end() {
    let (site, clinic) = (Site::new(&["consuming"]).await, Clinic::start().await);
    let (host, app) = stuck(&site, &clinic).await;
    let address = host.address();
    let at = ["--admin", &address];

    // Nothing else is asked for, and nothing can be lost.
    let asked = clinic.asked().len();
    host.poll(&[TASK]).await;
    assert_eq!((clinic.asked().len(), app.received().len()), (asked, 0));
    let status = site.rounds(&["status", "--admin", &address]).await;
    assert_fits(STUCK, &status.out);
    let said = say(&site, &["answer", "show"], &at).await;
    let shown = said.json();
    assert_eq!(shown["status"], 200);
    assert!(shown["body"].as_str().unwrap().contains("\"patient\":\"4711\""), "{said:?}");
    assert!(!host.log().contains("4711"), "{}", host.log());

    // The feed goes on without it, and it is not gone.
    let letter = bury(&site, &at).await;
    clinic.book(5);
    within("what came later", app.wait_for(1)).await;
    assert_eq!(records(&app), ["2"]);
    let twice = say(&site, &["answer", "bury"], &at).await;
    assert_eq!(twice.code, Some(2), "{twice:?}");
    assert!(twice.error.contains("ward/appointments keeps no answer"), "{twice:?}");
    let listed = site.rounds(&["dead", "list", "--admin", &address]).await;
    assert_fits(&format!("*{letter} *{TASK}*could not read this answer*"), &listed.out);
    let said = site.rounds(&["dead", "show", &letter, "--admin", &address]).await;
    assert_eq!(said.json()["change"]["data"]["body"], shown["body"]);

    // Given back to what cannot read it, it is where it was.
    let replay = ["dead", "replay", &letter, "--json", "--admin", &address];
    assert_eq!(site.rounds(&replay).await.json(), json!({ "replayed": 1 }));
    host.wait_for_error(TASK, STUCK).await;
    host.stop().await;

    // The same without a host.
    let said = say(&site, &["answer", "show"], &[]).await;
    assert_eq!(said.json(), shown);
    let said = say(&site, &["answer", "bury"], &[]).await;
    assert_fits("dead letter *holds the answer now*may be lost*`rounds dead replay *`*", &said.out);
    let letter = site.rounds(&["dead", "list", "--json"]).await.json()[0]["container"].to_string();
    let said = site.rounds(&["dead", "replay", &letter]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), "put back in line: 1"), "{said:?}");

    // A connector that can read it goes on from it.
    fs::copy(guest("consuming-next"), site.path("connectors/consuming.wasm")).unwrap();
    let host = site.start().await;
    within("what was kept", app.wait_for(2)).await;
    assert_eq!(records(&app), ["2", "1"]);
    assert_eq!(host.admin().dead().await.unwrap(), []);

    let expected = [
        json!(["poll", TASK, "done"]),
        json!(["show-answer", TASK, "done"]),
        json!(["bury-answer", TASK, "asked"]),
        json!(["bury-answer", TASK, "done"]),
        json!(["bury-answer", TASK, "asked"]),
        json!(["bury-answer", TASK, "failed"]),
        json!(["show-dead", TASK, "done"]),
    ];
    let audited = audited(&site).await;
    assert_eq!(audited[..expected.len()], expected);
    let later: Vec<_> = audited[expected.len() + 2..].iter().map(|it| it[0].clone()).collect();
    assert_eq!(later, ["show-answer", "bury-answer", "bury-answer", "replay", "replay"]);
    let text = fs::read_to_string(site.path("data/audit/log.jsonl")).unwrap();
    assert!(!text.contains("4711"), "a patient's data");
}

#[tokio::test]
async fn a_second_answer_waits_for_the_one_before() {
    let (site, clinic) = (Site::new(&["consuming"]).await, Clinic::start().await);
    let (host, app) = stuck(&site, &clinic).await;
    let address = host.address();
    let at = ["--admin", &address];
    let first = bury(&site, &at).await;
    let well = |report: &Report| report.tasks[TASK].error.is_none().then_some(());
    host.wait_for("a poll that goes on", well).await;
    clinic.mark_queue(true);
    clinic.book(7);
    host.wait_for_error(TASK, STUCK).await;
    let said = site.rounds(&["dead", "replay", &first, "--admin", &address]).await;
    let waits = "put back in line: 0\nleft as they are: 1, of answers whose task has another one to read first";
    assert_eq!((said.code, said.out.as_str()), (Some(0), waits), "{said:?}");
    fs::copy(guest("consuming-next"), site.path("connectors/draft")).unwrap();
    fs::rename(site.path("connectors/draft"), site.path("connectors/consuming.wasm")).unwrap();
    within("the second", app.wait_for(1)).await;
    let replay = ["dead", "replay", "--all", "--json", "--admin", &address];
    assert_eq!(site.rounds(&replay).await.json(), json!({ "replayed": 1 }));
    within("the first", app.wait_for(2)).await;
    assert_eq!(records(&app), ["2", "1"]);
}
