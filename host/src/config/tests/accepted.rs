//! What is read of good texts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::{path::Path, time::Duration};

use jiff::Timestamp;

use super::read;
use crate::config::{
    Auth, Config, Connection, Destination, Handshake, HostSettings, KeySource, LogFormat, Place,
    Registry, Seal, Since, Task, auth::Algorithm, trust::Signatures,
};

pub(super) const LEAST: &str = r#"
[[connection]]
name = "ward"
connector = "fhir-r4"
base_url = "http://127.0.0.1:8080/fhir"
actions = { appointments = { every = "1m" } }

[[destination]]
name = "app"
url = "https://app.example/hooks"
secret = { env = "WHSEC" }
"#;

const MOST: &str = r#"
[host]
data = "/var/lib/rounds"
connectors = "plugins"
admin = "[::1]:9000"
log = "json"
connector_log = true
max_pending = 5
concurrent_polls = 6

[host.limits]
guest_cpu = "2s"
guest_wall = "6s"
guest_memory = "1GiB"
answer_body = 1_000
held_answers = "2GiB"
page_changes = 1
poll_pages = 2
cursor = "1KiB"
memo = "2KiB"
payload = "3KiB"
collect_steps = 3
step_requests = 4
log_lines = 5
log_line = "6B"

[[connection]]
name = "ward"
connector = "fhir-r4"
base_url = "https://ehr.example/fhir/"
concurrency = 3
since = "30d"
private_addresses = ["10.0.0.0/8", "fd00::7"]
allow_origins = ["https://pages.ehr.example:8443"]
ca = "ca.pem"
timeout = "45s"
headers = { X-Site = "7", Authorization = { env = "TOKEN" } }
rate = 2.5
collect_for = "2h"

[connection.auth]
type = "smart-backend-services"
client_id = "rounds"
key = { file = "p384.pem" }
token_url = "http://10.1.1.1/token"
key_id = "1"
jku = "https://rounds.example/jwks"

[connection.settings]
site = "A"
days = [1, 0x10, 2.5, true]
from = 2026-05-05T10:00:00Z
deep = { a = { b = "c" } }

[connection.actions]
patients = { every = "1h30m", since = 2026-05-05T10:00:00+02:00, first = "baseline", sweep = { every = "1d" } }
appointments = { every = "1m", enabled = false, late = "0s", first = "changes" }
orders = { cron = "0 6 * * *", time_zone = "Europe/Berlin", late = "2h", sweep = { cron = "0 3 * * 0", time_zone = "Europe/Berlin" } }

[[destination]]
name = "app"
url = "https://app.example/hooks?tenant=7"
secret = [{ env = "WHSEC" }, { env = "OLD_WHSEC" }]
events = ["Scheduling.*", "Order.New"]
connections = ["ward"]
concurrency = 2
timeout = "15s"
retry_for = "1d"
private_addresses = ["192.168.0.0/16"]
ca = "ca.pem"
verification_token = { env = "TOKEN" }
verify = "get"
headers = { X-Tenant = "7" }
"#;

#[test]
fn a_folder_may_stand_beside_the_one_in_service() {
    let folders = |text: &str| {
        let config = read(&format!("[host]\nconnectors = {text}\n{LEAST}")).unwrap();
        (config.host.connectors, config.host.shadow)
    };
    let (one, other) = (Path::new("etc/one").to_path_buf(), Path::new("etc/other").to_path_buf());
    for (text, shadow) in [
        (r#""one""#, None),
        (r#"["one"]"#, None),
        (r#"[{ folder = "one" }]"#, None),
        (r#"["one", { folder = "other", shadow = true }]"#, Some(&other)),
        (
            r#"[{ folder = "other", shadow = true }, { folder = "one", shadow = false }]"#,
            Some(&other),
        ),
    ] {
        assert_eq!(folders(text), (one.clone(), shadow.cloned()), "{text}");
    }
}

#[test]
fn whom_a_host_trusts_and_where_its_connectors_come_from() {
    let text = r#"
[host.trust]
signatures = "require"
allow_older = ["fhir-r4"]
[[host.trust.keys]]
name = "acme"
file = "acme.pub"
[[host.trust.keys]]
name = "us"
key = "ed25519:JGBeyKn3Vb9DK+zDicxecP994Zziyt6WZswjm23cF+s="

[[connector]]
from = "oci://registry.example/team/fhir-r4:1.2.0"
[[connector]]
from = "oci://10.1.1.1:5000/hello:1"

[[registry]]
host = "registry.example"
auth = { type = "basic", user = "u", password = { env = "TOKEN" } }
ca = "ca.pem"
[[registry]]
host = "registry.intern:5000"
private_addresses = ["10.0.0.0/8"]
http = true
"#;
    let config = read(&format!("{text}{LEAST}")).unwrap();
    let trust = &config.host.trust;
    assert_eq!(trust.signatures, Signatures::Require);
    assert_eq!(trust.allow_older, ["fhir-r4"]);
    assert_eq!(trust.keys[0].key, trust.keys[1].key, "the file holds the same key");
    let connectors: Vec<_> = config.connectors.iter().map(|it| it.value.to_string()).collect();
    let expected = ["oci://registry.example/team/fhir-r4:1.2.0", "oci://10.1.1.1:5000/hello:1"];
    assert_eq!(connectors, expected);
    let [public, private] = &config.registries[..] else { panic!("two registries") };
    let url = |registry: &Registry| registry.url(&registry.host).unwrap().to_string();
    assert_eq!(url(public), "https://registry.example/");
    assert_eq!((public.auth.kind(), public.reachable().len()), ("basic", 0));
    assert_eq!(url(private), "http://registry.intern:5000/");
    assert_eq!(url(&Registry::new("127.0.0.1:5000")), "http://127.0.0.1:5000/");
    let trusted = Registry { ca: Some("PEM".into()), ..Registry::new("127.0.0.1:5000") };
    assert_eq!(url(&trusted), "https://127.0.0.1:5000/");
    assert_eq!(url(&Registry::new("10.1.1.1")), "https://10.1.1.1/");
    assert_eq!(Registry::new("10.1.1.1").reachable().len(), 1);
    assert_eq!(config.warnings.len(), 1, "{:?}", config.warnings);
}

#[test]
fn the_least_is_read_with_the_defaults() {
    let config = read(LEAST).unwrap();
    let by_hand = HostSettings::default();
    assert_eq!(config.host.data, Path::new("etc/data"));
    assert_eq!(config.host.connectors, Path::new("etc/connectors"));
    assert_eq!((config.host.admin.address, config.host.log), (by_hand.admin.address, by_hand.log));
    assert_eq!(config.host.limits, by_hand.limits);
    let connection = &config.connections[0];
    assert_eq!(connection.auth.kind(), "none");
    assert_eq!(connection.settings.value, serde_json::json!({}));
    assert_eq!(connection.tasks[0].cadence.to_string(), "every 1m");
    let destination = &config.destinations[0];
    assert!(destination.wants(&"ward".into(), "Order.New"));
    assert_eq!(destination.retry_for, Duration::from_secs(3 * 86_400));
    assert_eq!(config.host.seal, Seal::default());
    let month = Some(Duration::from_secs(30 * 86_400));
    assert_eq!((config.host.dead_letters, config.host.delivered), (month, month));
    assert_eq!(config.host.payloads, Some(Duration::ZERO));
    assert_eq!(config.warnings, []);
}

#[test]
fn every_key_of_the_host_is_read() {
    let config = read(MOST).unwrap();
    let host = &config.host;
    assert_eq!(host.data, Path::new("/var/lib/rounds"));
    assert_eq!(host.connectors, Path::new("etc/plugins"));
    assert_eq!(host.admin.address.to_string(), "[::1]:9000");
    assert_eq!((host.log, host.connector_log), (LogFormat::Json, true));
    assert_eq!((host.max_pending, host.concurrent_polls), (5, 6));
    let limits = &host.limits;
    assert_eq!((limits.guest_cpu.as_secs(), limits.guest_wall.as_secs()), (2, 6));
    assert_eq!((limits.guest_memory, limits.answer_body), (1 << 30, 1000));
    assert_eq!(limits.held_answers, 2 << 30);
    assert_eq!((limits.page_changes, limits.poll_pages), (1, 2));
    assert_eq!((limits.cursor, limits.memo, limits.payload), (1024, 2048, 3072));
    assert_eq!((limits.collect_steps, limits.step_requests), (3, 4));
    assert_eq!((limits.log_lines, limits.log_line), (5, 6));
}

#[test]
fn every_key_of_a_connection_is_read() {
    let config = read(MOST).unwrap();
    let connection = &config.connections[0];
    assert_eq!((connection.name.as_str(), connection.connector.as_str()), ("ward", "fhir-r4"));
    assert_eq!(connection.base_url.as_str(), "https://ehr.example/fhir/");
    assert_eq!((connection.concurrency, connection.rate), (3, Some(2.5)));
    assert_eq!(connection.collect_for, Duration::from_secs(2 * 60 * 60));
    assert_eq!(connection.since, Some(Since::Ago(Duration::from_secs(30 * 86_400))));
    let reachable: Vec<String> = connection.reachable().iter().map(|it| it.to_string()).collect();
    assert_eq!(reachable, ["10.0.0.0/8", "fd00::7/128", "10.1.1.1/32"]);
    let origins: Vec<String> =
        connection.allow_origins.iter().map(|it| it.ascii_serialization()).collect();
    assert_eq!(origins, ["https://pages.ehr.example:8443"]);
    assert_eq!(connection.ca.as_deref(), Some("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(connection.timeout, Duration::from_secs(45));
    let headers: Vec<_> =
        connection.headers.iter().map(|it| (it.name.as_str(), it.value.expose())).collect();
    assert_eq!(headers, [("x-site", "7"), ("authorization", "s3cr3t-token")]);
    let expected = serde_json::json!({
        "site": "A", "days": [1, 16, 2.5, true], "from": "2026-05-05T10:00:00Z",
        "deep": { "a": { "b": "c" } },
    });
    assert_eq!(connection.settings.value, expected);
    assert_eq!(connection.place, Place { line: 28, column: 8 });
    assert_eq!(connection.connector.place, Place { line: 29, column: 13 });
    assert_eq!(connection.settings.place, Place { line: 49, column: 1 });
}

#[test]
fn tasks_stand_in_file_order_with_their_places() {
    let config = read(MOST).unwrap();
    let connection = &config.connections[0];
    let shown = |task: &Task| {
        (task.action.to_string(), task.cadence.to_string(), task.enabled, task.place.line)
    };
    let tasks: Vec<_> = connection.tasks.iter().map(shown).collect();
    let expected = [
        ("patients".to_owned(), "every 1h30m".to_owned(), true, 56),
        ("appointments".to_owned(), "every 1m".to_owned(), false, 57),
        ("orders".to_owned(), "cron 0 6 * * * Europe/Berlin".to_owned(), true, 58),
    ];
    assert_eq!(tasks, expected);
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let since = |index: usize| connection.since(&connection.tasks[index], now).to_string();
    assert_eq!(since(0), "2026-05-05T08:00:00Z");
    assert_eq!(since(1), "2026-05-02T00:00:00Z");
    assert_eq!(connection.task_id(&connection.tasks[2]).to_string(), "ward/orders");
}

#[test]
fn a_task_says_what_is_read_beside_its_changes() {
    let config = read(MOST).unwrap();
    let shown = |task: &Task| {
        let sweep = task.sweep.as_ref().map(ToString::to_string);
        (task.late.as_secs(), sweep, task.baseline)
    };
    let tasks: Vec<_> = config.connections[0].tasks.iter().map(shown).collect();
    let (daily, weekly) = ("every 1d".to_owned(), "cron 0 3 * * 0 Europe/Berlin".to_owned());
    let expected = [(600, Some(daily), true), (0, None, false), (7200, Some(weekly), false)];
    assert_eq!(tasks, expected);
}

#[test]
fn every_key_of_a_destination_is_read() {
    let config = read(MOST).unwrap();
    let destination = &config.destinations[0];
    assert_eq!(destination.url.as_str(), "https://app.example/hooks?tenant=7");
    assert_eq!(destination.secrets.len(), 2);
    let wants = |connection: &str, event| destination.wants(&connection.into(), event);
    assert!(wants("ward", "Scheduling.New") && wants("ward", "Order.New"));
    assert!(!wants("ward", "Order.Cancel") && !wants("other", "Scheduling.New"));
    assert_eq!((destination.concurrency, destination.timeout.as_secs()), (2, 15));
    assert_eq!(destination.retry_for, Duration::from_secs(86_400));
    assert_eq!(destination.reachable().len(), 1);
    assert!(destination.ca.is_some());
    assert_eq!(destination.verify, Some(Handshake::Get));
    let token = destination.verification_token.as_ref().unwrap();
    assert_eq!(token.expose(), "s3cr3t-token");
    assert_eq!(destination.headers[0].name, "x-tenant");
}

/// A connection with this `auth`.
fn sign_in(auth: &str) -> Auth {
    let text = LEAST.replace("actions", &format!("auth = {auth}\nactions"));
    read(&text).unwrap().connections[0].auth.value.clone()
}

#[test]
fn every_way_to_sign_in_is_read() {
    let token = "{ env = \"TOKEN\" }";
    let client = "token_url = \"https://ehr.example/token\", client_id = \"rounds\"";
    for (kind, rest) in [
        ("none", String::new()),
        ("basic", format!(", user = \"u\", password = {token}")),
        ("bearer", format!(", token = {token}")),
        ("header", format!(", name = \"X-Api-Key\", value = {token}")),
        ("oauth2-client-credentials", format!(", {client}, client_secret = {token}")),
        ("smart-backend-services", format!(", {client}, key = {{ file = \"rsa.pem\" }}")),
        ("session", format!(", secrets = {{ password = {token} }}")),
    ] {
        let auth = sign_in(&format!("{{ type = \"{kind}\"{rest} }}"));
        assert_eq!(auth.kind(), kind);
        assert!(!format!("{auth:?}").contains("s3cr3t"), "{auth:?}");
    }
}

#[test]
fn the_algorithm_comes_from_the_key() {
    for (file, algorithm) in [("rsa.pem", Algorithm::Rs384), ("p384.pem", Algorithm::Es384)] {
        let auth = sign_in(&format!(
            "{{ type = \"smart-backend-services\", token_url = \"https://ehr.example/token\", \
             client_id = \"rounds\", key = {{ file = \"{file}\" }} }}"
        ));
        let Auth::BackendServices(client) = auth else { panic!("{auth:?}") };
        assert_eq!((client.algorithm, client.scope.as_str()), (algorithm, "system/*.read"));
    }
}

#[test]
fn what_was_hardly_meant_is_a_warning() {
    let text = LEAST.split("[[destination]]").next().unwrap();
    let auth = "auth = { type = \"bearer\", token = { file = \"open.txt\" } }\nactions";
    let text = text.replace("actions", auth).replace("127.0.0.1", "10.0.0.1");
    let config = read(&text).unwrap();
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    let expected = [
        "etc/rounds.toml: no [[destination]]: nobody is told of any change",
        "etc/rounds.toml:5:12: `base_url`: http shows credentials and patient data to everybody \
         on the way; use https",
        "etc/rounds.toml:6:44: every user of this machine may read `open.txt`; `chmod 600` it",
    ];
    assert_eq!(warnings, expected);
    assert!(config.host.seal.warning().is_some_and(|told| told.starts_with("no [host.seal]")));
    let Auth::Bearer { token } = &config.connections[0].auth.value else { panic!() };
    assert_eq!(token.expose(), "s3cr3t-file");
}

#[test]
fn a_configuration_shows_no_secret() {
    let shown = format!("{:?}", read(MOST).unwrap());
    for secret in ["s3cr3t", "MfKQ9r8G", "MIG2"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_program_builds_one_without_text() {
    let url = |text: &str| url::Url::parse(text).unwrap();
    let minute = crate::schedule::cadence::Cadence::Every(Duration::from_secs(60));
    let mut ward = Connection::new("ward", "fhir-r4", url("http://localhost/"));
    ward.tasks = vec![Task::new("orders", minute.clone()), Task::new("orders", minute)];
    let mut app = Destination::new("app", url("https://app.example/"), Vec::new());
    app.connections = Some(vec![crate::model::ConnectionName::from("wart").into()]);
    let connections = vec![ward.clone(), ward];
    let config = Config { connections, destinations: vec![app], ..Config::default() };
    let faults = config.check().unwrap_err().to_string();
    let expected = "a second connection `ward`\na second task of `orders`\n\
                    a second task of `orders`\nunknown connection `wart`; did you mean `ward`?";
    assert_eq!(faults, expected);
}

#[test]
fn a_seal_names_where_its_keys_are() {
    let text = format!(
        "[host]\ndead_letters = \"forever\"\ndelivered = \"forever\"\npayloads = \"7d\"\n[host.seal]\nkey = {{ env = \"KEY\" }}\n\
         old_keys = [{{ file = \"old.key\" }}, {{ command = [\"vault\", \"read\"] }}]\n{LEAST}"
    );
    let config = read(&text).unwrap();
    assert_eq!((config.host.dead_letters, config.host.delivered), (None, None));
    assert_eq!(config.host.payloads, Some(Duration::from_secs(7 * 86_400)));
    let old = [
        KeySource::File("etc/old.key".into()),
        KeySource::Command(vec!["vault".into(), "read".into()]),
    ];
    let expected = Seal { key: Some(KeySource::Variable("KEY".into())), old_keys: old.into() };
    assert_eq!(config.host.seal, expected);
    assert_eq!(config.host.seal.warning(), None);
}
