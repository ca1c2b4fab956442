//! The audit log of the real program, while the host runs and when it does not.

use std::fs;

use rounds::practice::Fault;
use serde_json::{Value, json};

use crate::support::{Clinic, Rounds, Site, connection, destination, eventually, receiver};

/// A host with a dead letter of patient 4711, and the letter's number.
async fn host(site: &Site, clinic: &Clinic) -> (Rounds, String) {
    host_with(site, clinic, "").await
}

/// The same, with a `[host]` of its own.
async fn host_with(site: &Site, clinic: &Clinic, settings: &str) -> (Rounds, String) {
    let app = receiver().await;
    app.faults().next(u32::MAX, Fault::Status(413));
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(settings.to_owned() + &ward + &destination("app", app.url(), "")));
    let host = site.start().await;
    clinic.book(4711);
    host.wait_for("a dead letter", |report| (report.destinations["app"].dead == 1).then_some(()))
        .await;
    // What was counted is in the store a little later.
    let letter = async || host.admin().dead().await.unwrap().first().cloned();
    let letter = eventually("the dead letter", letter, async || host.log()).await;
    let number = letter.container.to_string();
    (host, number)
}

async fn listed(site: &Site) -> Vec<Value> {
    let listed = site.rounds(&["audit", "list", "--json"]).await.json();
    let brief = |it: &Value| json!([it["what"], it["of"], it["outcome"]]);
    listed.as_array().unwrap().iter().map(brief).collect()
}

#[tokio::test]
async fn who_looks_and_changes_is_noted_with_and_without_a_host() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, number) = host(&site, &clinic).await;
    let address = host.address();
    let said = site.rounds(&["dead", "show", &number, "--admin", &address]).await;
    let shown = said.json();
    assert_eq!(shown["notification"]["data"]["Patient"]["name"], "Example, Patient", "{said:?}");
    assert_eq!(shown["change"]["key"], "4711");
    let verified = site.rounds(&["audit", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    host.stop().await;

    let said = site.rounds(&["dead", "show", &number]).await;
    assert_eq!(said.json(), shown);
    for words in [
        &["cursor", "set", "ward", "appointments", "0"][..],
        &["dead", "replay", &number],
        &["audit", "verify"],
    ] {
        let said = site.rounds(words).await;
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let containers = format!("containers {number}");
    assert_eq!(
        listed(&site).await,
        [
            json!(["show-dead", "ward/appointments", "done"]),
            json!(["show-dead", "ward/appointments", "done"]),
            json!(["set-cursor", "ward/appointments", "asked"]),
            json!(["set-cursor", "ward/appointments", "done"]),
            json!(["replay", containers, "asked"]),
            json!(["replay", containers, "done"]),
        ]
    );
    let entries = site.rounds(&["audit", "list", "--json"]).await.json();
    let user = format!("local uid {}", rustix::process::getuid().as_raw());
    assert!(entries.as_array().unwrap().iter().all(|it| it["who"] == user.as_str()), "{entries}");
    let text = fs::read_to_string(site.path("data/audit/log.jsonl")).unwrap();
    assert!(!text.contains("4711") && !text.contains("Example"), "a patient's data");
}

#[tokio::test]
async fn a_log_that_somebody_changed_does_not_verify() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, number) = host(&site, &clinic).await;
    let address = host.address();
    for _ in 0..3 {
        site.rounds(&["dead", "show", &number, "--admin", &address]).await;
    }
    let verified = site.rounds(&["audit", "verify", "--json"]).await.json();
    let head = verified["head"].as_str().unwrap();
    assert_eq!(verified["whole"], true);
    let path = site.path("data/audit/log.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let without = |skip: usize| {
        let lines = text.lines().enumerate().filter(|(at, _)| *at != skip);
        lines.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    for (changed, why) in [
        (text.replacen("done", "denied", 1), "line 1 was changed"),
        (without(1), "entries 2 to 2 are missing before line 2"),
        (without(2), "entries 3 to 3 were cut off at the end, after line 2"),
    ] {
        fs::write(&path, changed).unwrap();
        let said = site.rounds(&["audit", "verify"]).await;
        assert!(said.code == Some(1) && said.out.starts_with(why), "{said:?}");
    }
    fs::write(&path, &text).unwrap();
    assert_eq!(site.rounds(&["audit", "verify", "--head", head]).await.code, Some(0));
    assert_eq!(site.rounds(&["audit", "verify", "--head", "3:00"]).await.code, Some(1));

    // What a crash leaves of a line is mended at the next start.
    host.kill().await;
    fs::write(&path, text + "{\"sequence\":4,").unwrap();
    let _host = site.start().await;
    let said = site.rounds(&["audit", "verify"]).await;
    assert!(said.code == Some(0) && said.out.starts_with("note: line 4"), "{said:?}");
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_done() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, number) = host(&site, &clinic).await;
    let address = host.address();
    site.rounds(&["dead", "show", &number, "--admin", &address]).await;
    fs::remove_file(site.path("data/audit/key")).unwrap();
    for words in [
        &["dead", "show", &number, "--admin", &address][..],
        &["dead", "replay", "--all", "--admin", &address],
    ] {
        let said = site.rounds(words).await;
        assert!(said.code == Some(1) && said.error.contains("nothing goes unnoted"), "{said:?}");
        assert!(!said.out.contains("Example"));
    }
    assert_eq!(host.admin().dead().await.unwrap().len(), 1);
}

const SMALL: &str = "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\naudit_size = \"1KiB\"\n";

/// The numbers in the names of the files that the log went on from.
fn older(site: &Site) -> Vec<u64> {
    let files = fs::read_dir(site.path("data/audit")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let number = |name: String| name.strip_prefix("log.")?.strip_suffix(".jsonl")?.parse().ok();
    let mut older: Vec<u64> = names.filter_map(number).collect();
    older.sort_unstable();
    older
}

#[tokio::test]
async fn a_log_goes_on_in_new_files_and_one_that_is_gone_is_told() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, number) = host_with(&site, &clinic, SMALL).await;
    let address = host.address();
    for _ in 0..8 {
        let said = site.rounds(&["dead", "show", &number, "--admin", &address]).await;
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let head = site.rounds(&["audit", "verify", "--json"]).await.json()["head"].clone();
    host.stop().await;
    let before = older(&site).len();
    assert!(before > 0);
    // Commands without a host go on with the same log.
    for _ in 0..4 {
        let said = site.rounds(&["cursor", "set", "ward", "appointments", "0"]).await;
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let older = older(&site);
    assert!(older.len() > before, "{older:?}");
    let said = site.rounds(&["audit", "verify", "--head", head.as_str().unwrap()]).await;
    assert!(
        said.code == Some(0) && said.out.starts_with("nobody changed it: lines 16"),
        "{said:?}"
    );
    assert_eq!(listed(&site).await.len(), 16);

    fs::remove_file(site.path(&format!("data/audit/log.{}.jsonl", older[0]))).unwrap();
    let said = site.rounds(&["audit", "verify"]).await;
    let why =
        format!("entries 1 to {} are missing before line 1 of log.{}.jsonl", older[0], older[1]);
    assert!(said.code == Some(1) && said.out.starts_with(&why), "{said:?}");
    // What is left is listed, and a host that starts goes on with it.
    assert_eq!(listed(&site).await.len() as u64, 16 - older[0]);
    let _host = site.start().await;
}

#[tokio::test]
async fn a_crash_as_the_log_goes_on_in_a_new_file_breaks_no_chain() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (host, _) = host_with(&site, &clinic, SMALL).await;
    host.stop().await;
    let mut answered = 0;
    for step in ["retiring", "retired", "retiring", "retired"] {
        let set = ["cursor", "set", "ward", "appointments", "0"];
        let crash = [("ROUNDS_KILL_AT", step)];
        while site.rounds_with(&set, &crash).await.code.is_some() {
            answered += 1;
        }
        let said = site.rounds(&["audit", "verify"]).await;
        assert_eq!(said.code, Some(0), "{step}: {said:?}");
    }
    assert!(answered > 0 && older(&site).len() >= 2);
    let listed = listed(&site).await;
    let done = listed.iter().filter(|it| it[2] == "done").count();
    assert_eq!(done, answered, "what was answered is noted, and what was not is not");
}
