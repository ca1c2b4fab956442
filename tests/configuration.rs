//! What a user can write wrong: each fault told at its line and column, all at once, before
//! anything starts.

use serde_json::json;

use crate::support::{Clinic, Site, connection, destination, receiver, within};

const EHR: &str = "http://127.0.0.1:1";
const APP: &str = "http://127.0.0.1:2/hooks";

/// `rounds check` and `rounds run` both say exactly this of a configuration, and end with 2.
async fn refused(site: &Site, text: &str, expected: &str) {
    site.configure(text);
    for command in ["check", "run"] {
        let said = site.rounds(&[command]).await;
        assert_eq!((said.code, said.error.as_str()), (Some(2), expected), "rounds {command}");
        assert_eq!(said.out, "");
    }
    assert!(!site.path("data/store").exists(), "something was started");
}

#[tokio::test]
async fn all_faults_are_told_at_once_each_at_its_place() {
    let site = Site::new(&["plain"]).await;
    let text = r#"[host]
admin = "127.0.0.1:0"
conectors = "connectors"

[[connection]]
name = "ward"
connector = "plain"
base_url = "http://127.0.0.1:1"
auth = { type = "bearer", token = "s3cr3t" }
actions = { appointments = { } }

[[destination]]
name = "app"
url = "ftp://127.0.0.1/hooks"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"#;
    let expected = "\
rounds.toml:3:1: unknown key `conectors`; did you mean `connectors`?
rounds.toml:9:35: `token`: a secret never stands in this text; write { env = \"NAME\" } or { file = \"path\" }
rounds.toml:10:28: `appointments` has no interval, and there is no default: write every = \"10m\" or cron = \"0 6 * * *\"
rounds.toml:14:7: `url`: a URL begins with `http://` or `https://`
rounds.toml:15:10: `secret`: a secret never stands in this text; write { env = \"NAME\" } or { file = \"path\" }";
    refused(&site, text, expected).await;
}

#[tokio::test]
async fn what_only_a_connector_knows_is_told_at_its_place_too() {
    let site = Site::new(&["plain", "strict-settings"]).await;
    let text = r#"[host]
admin = "127.0.0.1:0"

[[connection]]
name = "a"
connector = "plain"
base_url = "http://127.0.0.1:1"
settings = { site = "A" }
auth = { type = "bearer", token = { env = "ROUNDS_SECRET" } }
[connection.actions]
orders = { every = "1m" }
appointments = { cron = "* * * * *", sweep = { every = "1d" } }

[[connection]]
name = "b"
connector = "strict-settings"
base_url = "http://127.0.0.1:1"
settings = { site = "Jane Doe", ward = 7 }
actions = { appointments = { every = "1s", first = "baseline" } }

[[connection]]
name = "c"
connector = "plane"
base_url = "http://127.0.0.1:1"
actions = { appointments = { every = "1s" } }

[[connection]]
name = "d"
connector = "strict-settings"
base_url = "http://127.0.0.1:1"
actions = { appointments = { every = "1m" } }
"#;
    let expected = "\
rounds.toml:8:12: settings: unknown: `site`
rounds.toml:9:8: `plain` does not sign in with `bearer`; it knows: none
rounds.toml:11:1: `plain` has no action `orders`; it has: appointments
rounds.toml:12:1: `appointments` has no listing beside its changes, so nothing to sweep
rounds.toml:18:12: settings.site: value does not match \"^[a-z]+$\"
rounds.toml:18:12: settings: unknown: `ward`
rounds.toml:19:13: `appointments` may be polled every 60 s at most often
rounds.toml:19:13: `appointments` has no listing, so no baseline can be read of it
rounds.toml:23:13: no connector `plane` is loaded; did you mean `plain`?
rounds.toml:28:8: settings: `site` is missing";
    let text = format!("{text}\n{}", destination("app", APP, ""));
    refused(&site, &text, expected).await;
}

#[tokio::test]
async fn an_error_is_json_where_a_program_asks() {
    let site = Site::new(&["plain"]).await;
    site.configure(&format!(
        "{}{}",
        connection("ward", "plain", EHR, "since = \"yesterday\""),
        destination("app", APP, "")
    ));
    let said = site.rounds(&["check", "--json"]).await;
    let message = "`since`: write a time with its offset, as `2026-05-05T10:00:00Z`, or a span, \
                   as `30d`";
    let error = json!({ "file": "rounds.toml", "line": 8, "column": 9, "message": message });
    assert_eq!(said.code, Some(2));
    assert_eq!(said.json()["ok"], false);
    assert_eq!(said.json()["errors"], json!([error]));
}

#[tokio::test]
async fn a_good_configuration_is_told_as_its_tasks() {
    let site = Site::new(&["plain"]).await;
    let text = connection("ward", "plain", EHR, "") + &destination("app", APP, "");
    site.configure(&text);
    let said = site.rounds(&["check", "--json"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let task = &said.json()["tasks"][0];
    assert_eq!((&task["connection"], &task["action"]), (&json!("ward"), &json!("appointments")));
    assert_eq!(task["destinations"], json!(["app"]));
    let beside = json!([task["late"], task["sweep"], task["baseline"]]);
    assert_eq!(beside, json!(["10m", null, false]));
    let warnings = said.json()["warnings"].as_array().unwrap().clone();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0]["message"].as_str().unwrap().starts_with("no [host.seal]"));
    assert!(!site.path("data/store").exists(), "a check starts nothing");
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_named() {
    let site = Site::new(&["plain"]).await;
    let text = connection("ward", "plain", EHR, "")
        + &destination("app", APP, "").replace("ROUNDS_SECRET", "ROUNDS_OTHER_SECRET");
    let expected = "rounds.toml:14:18: the environment has no variable `ROUNDS_OTHER_SECRET`";
    refused(&site, &text, expected).await;
}

#[tokio::test]
async fn a_configuration_that_is_not_there_is_named() {
    let site = Site::new(&[]).await;
    let said = site.rounds(&["run", "-c", "nowhere.toml"]).await;
    let expected = "nowhere.toml: cannot read the configuration: No such file or directory \
                    (os error 2)";
    assert_eq!((said.code, said.error.as_str()), (Some(2), expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_goes_wrong_while_a_host_runs_is_told_and_changes_nothing() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    let good = ward.clone() + &destination("app", receiver.url(), "");
    site.configure(&good);
    let host = site.start().await;
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    let wrong = good.replace("every = \"1s\"", "every = \"often\"");
    let why = "rounds.toml:9:38: `every`: a time span is written as ";
    for (text, why) in [
        (Some(&wrong), why),
        (Some(&ward.replace("[[connection]]", "[[connection")), "rounds.toml:4:13: "),
        (None, "rounds.toml: cannot read the configuration: "),
    ] {
        match text {
            Some(text) => site.configure(text),
            None => std::fs::remove_file(site.path("rounds.toml")).unwrap(),
        }
        for command in ["check", "run"] {
            let said = site.rounds(&[command]).await;
            assert!(said.code == Some(2) && said.error.starts_with(why), "{command}: {said:?}");
        }
        // It was read at the start, and is not looked at any more.
        let told = receiver.received().len();
        clinic.book(told as u64);
        within("a notification", receiver.wait_for(told + 1)).await;
        assert_eq!(host.status().await.tasks["ward/appointments"].error, None);
    }
    // Nor was the store: the next host with a text that is good goes on from there.
    host.stop().await;
    let told = receiver.attempts().len();
    site.configure(&good);
    let _host = site.start().await;
    clinic.book(9);
    within("the next notification", receiver.wait_for(told + 1)).await;
    assert_eq!(receiver.attempts().len(), told + 1, "and tells nothing twice");
}
