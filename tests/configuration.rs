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
rounds.toml:8:14: settings: unknown: `site`
rounds.toml:9:8: `plain` does not sign in with `bearer`; it knows: none
rounds.toml:11:1: `plain` has no action `orders`; it has: appointments
rounds.toml:12:1: `appointments` has no listing beside its changes, so nothing to sweep
rounds.toml:18:14: settings.site: value does not match \"^[a-z]+$\"
rounds.toml:18:33: settings: unknown: `ward`
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
async fn an_event_that_nobody_tells_is_warned_of() {
    let site = Site::new(&["plain"]).await;
    let app = destination("app", APP, "events = [\"Scheduling.*\", \"Scheduling.Modificaton\"]");
    site.configure(&(connection("ward", "plain", EHR, "") + &app));
    let said = site.rounds(&["check"]).await;
    let warning = "`app` wants `Scheduling.Modificaton`, which none of its connections tells; did you mean \
                   `Scheduling.Modification`?";
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.error.matches("which none of its connections").count(), 1, "{said:?}");
    assert!(said.error.contains(warning), "{said:?}");
}

#[tokio::test]
async fn a_text_in_another_encoding_is_told_so() {
    let site = Site::new(&["plain"]).await;
    let text = connection("ward", "plain", EHR, "") + &destination("app", APP, "");
    let wide: Vec<u8> =
        "\u{feff}".chars().chain(text.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    let latin = [b"# \n# caf\xe9\n", text.as_bytes()].concat();
    for (bytes, told) in [
        (wide, "rounds.toml: this is written in UTF-16; save it as UTF-8"),
        (latin, "rounds.toml:2:6: what stands here is no UTF-8; save the text as UTF-8"),
    ] {
        std::fs::write(site.path("rounds.toml"), bytes).unwrap();
        let said = site.rounds(&["check"]).await;
        assert_eq!((said.code, said.error.trim()), (Some(2), told));
    }
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

/// What newcomers write, each line with a slip of its own.
const NEWCOMER: &str = r#"[host]
admin = { address = "127.0.0.1:0", tokens = [{ name = "night", role = "operater", token = { env = "ROUNDS_SECRET" } }] }
max_pendig = 1000
answer_body = "32MiB"

[[connection]]
name = "General Hospital"
connector = "plane"
base_url = "ehr.example/fhir"
timeout = 30
every = "1m"
rate = 0
allow_origins = "https://pages.ehr.example"
auth = { type = "bearer", token = "s3cr3t" }
[connection.actions]
appointments = { every = "60" }
orders = { cron = "0 6 * *" }
patients = { cron = "0 6 * * *", time_zone = "Berlin" }
results = { every = "0s" }
concurrency = 4

[[connection]]
name = "icu"
connector = "plain"
auth = { type = "oauth2", token_url = "https://ehr.example/token" }
base_url = "https://icu.example/fhir?tenant=7"
actions = { apointments = { } }

[[destination]]
name = "app"
url = "http://app.example/hooks"
secret = { env = "ROUNDS_NO_SUCH_SECRET" }
event = ["Scheduling.*"]
connections = ["ICU"]
headers = { X-Tenant = "7\n8" }
retry_for = "3 days"

[[destination]]
name = "app"
url = "https://app.example/hooks"
secret = { file = "secret.txt" }
events = ["Scheduling"]
"#;

#[tokio::test]
async fn a_newcomer_is_told_of_all_slips_in_one_go() {
    let site = Site::new(&["plain"]).await;
    site.write("rounds.toml", NEWCOMER);
    let said = site.rounds(&["check"]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    let told: Vec<_> = said.error.lines().collect();
    let expected = [
        "2:71: `role`: unknown role `operater`; did you mean `operator`?",
        "3:1: unknown key `max_pendig`; did you mean `max_pending`?",
        "4:1: unknown key `answer_body`; it belongs below [host.limits]",
        "7:8: `General Hospital` is no name: ",
        "8:13: no connector `plane` is loaded; did you mean `plain`?",
        "9:12: `base_url`: a URL begins with `http://` or `https://`",
        "10:11: `timeout` must be a time span, as \"90s\", not a whole number",
        "11:1: unknown key `every`; it belongs in an action, as appointments = { every = \"10m\" }",
        "12:8: `rate`: this must be more than 0",
        "13:17: `allow_origins` must be a list, as [\"https://ehr.example:8443\"], not text",
        "14:35: `token`: a secret never stands in this text; write { env = \"NAME\" } or ",
        "16:26: `every`: a time span is written as `90s`, `10m`, `1h30m` or `3d`",
        "17:19: a cron line has five fields (minute, hour, day of month, month, day of week), this ",
        "18:46: unknown time zone `Berlin`; did you mean `Europe/Berlin`?",
        "19:21: `every`: this must be more than 0s",
        "20:15: `concurrency` stands among the actions, each of which is a table; it belongs below ",
        "25:17: `type`: unknown way to sign in `oauth2`; known are ",
        "26:12: `base_url`: no query (`?…`) here; a connector's requests bring their own",
        "27:27: `apointments` has no interval, and there is no default: ",
        "32:18: the environment has no variable `ROUNDS_NO_SUCH_SECRET`",
        "33:1: unknown key `event`; did you mean `events`?",
        "34:16: unknown connection `ICU`; did you mean `icu`?",
        "35:24: `X-Tenant`: a header's value is one line of ASCII",
        "36:13: `retry_for`: a time span is written as ",
        "39:8: a second destination `app`; the first is in line 30",
        "41:19: cannot read `secret.txt`: No such file or directory",
        "42:11: `events`: an event is written as `Scheduling.New`, ",
    ];
    let warned = told.iter().filter(|line| line.starts_with("warning: ")).collect::<Vec<_>>();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].starts_with("warning: rounds.toml:31:7: `url`: http shows"), "{warned:?}");
    let told: Vec<_> = told.iter().filter(|line| !line.starts_with("warning: ")).collect();
    assert_eq!(told.len(), expected.len(), "{}", said.error);
    for (line, expected) in told.iter().zip(expected) {
        assert!(line.starts_with(&format!("rounds.toml:{expected}")), "{line}\n{expected}");
    }
    assert!(!said.error.contains("s3cr3t"));
}

#[tokio::test]
async fn the_program_prints_its_pages() {
    let site = Site::new(&[]).await;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (what, page) in [("reference", "CONFIGURATION.md"), ("schema", "rounds.schema.json")] {
        let said = site.rounds(&["config", what]).await;
        let page = std::fs::read_to_string(root.join(page)).unwrap();
        assert_eq!((said.code, said.out.as_str()), (Some(0), page.trim_end()));
    }
}

#[tokio::test]
async fn the_readmes_samples_fit_the_schema() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let schema = serde_json::from_str(&read("rounds.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut whole = 0;
    for block in read("README.md").split("```toml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        if !text.contains("[[connection]]") {
            continue;
        }
        let tree: toml::Table = toml::from_str(text).unwrap();
        let told: Vec<_> = schema
            .iter_errors(&serde_json::to_value(tree).unwrap())
            .map(|error| error.to_string())
            .collect();
        assert!(told.is_empty(), "{told:?}\n{text}");
        whole += 1;
    }
    assert!(whole > 0);
}

#[tokio::test]
async fn whoever_asks_a_host_needs_none_of_its_secrets() {
    let site = Site::new(&["plain"]).await;
    let text = connection("ward", "plain", EHR, "") + &destination("app", APP, "");
    site.configure(&text);
    let host = site.start().await;
    let here = |text: &str| text.replace("ROUNDS_SECRET", "ROUNDS_NO_SUCH_SECRET");
    let address = host.address();
    site.write("rounds.toml", format!("[host]\nadmin = \"{address}\"\n{}", here(&text)));
    for command in [&["status"][..], &["dead", "list"], &["cursor", "show", "ward", "appointments"]]
    {
        let said = site.rounds(command).await;
        assert_eq!(said.code, Some(0), "{command:?}: {said:?}");
    }
    // The host polls, with what it has: nothing listens where the EHR should be.
    let said = site.rounds(&["poll", "ward", "appointments"]).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.error.contains("refused the connection"), "{said:?}");
    host.stop().await;
    for command in [
        &["dead", "list"][..],
        &["cursor", "show", "ward", "appointments"],
        &["audit", "list"],
        &["audit", "verify"],
        &["keys", "verify"],
    ] {
        let said = site.rounds(command).await;
        assert_eq!(said.code, Some(0), "{command:?}: {said:?}");
    }
}
