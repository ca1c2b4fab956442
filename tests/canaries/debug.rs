//! What types print of themselves: none that may hold a patient's data or a secret shows it.

use std::fmt::Debug;

use rounds::{
    admin,
    audit::Subject,
    config::{Config, Secret, SigningSecret, admin::Role, environment::FixedEnvironment},
    connector_test::{drive, json::Json},
    destination::Message,
    egress::{Method, Request, Response},
    model::{Change, ChangeKind, Container, ContainerId, Filled, NotificationId, TaskId},
    practice::Access,
    signature::Key,
    store::seal::OuterKey,
    trust::PrivateKey,
};

use crate::house::{host, is_test, run_time, sources};

const CANARY: &str = "Zebedee-Quuxington-0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OUTER: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

#[track_caller]
fn assert_closed(value: &impl Debug, secrets: &[&str]) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        let seen = secrets.iter().chain(&[CANARY]).find(|secret| text.contains(**secret));
        assert_eq!(seen, None, "{text}");
    }
}

fn task() -> TaskId {
    TaskId { connection: "ward".into(), action: "appointments".into() }
}

#[test]
fn what_is_on_its_way_does_not_print() {
    let canary = || CANARY.to_owned();
    let change = Change {
        id: canary(),
        kind: ChangeKind::Upserted,
        version: Some(canary()),
        content: None,
        key: Some(canary()),
        occurred_at: Some(canary()),
        data: canary(),
    };
    let at = jiff::Timestamp::UNIX_EPOCH;
    let filled =
        Filled { event: "Order.New".into(), payload: canary(), connector: "a@1.0.0".into(), at };
    let container = Container {
        id: ContainerId(1),
        task: task(),
        notification_id: NotificationId("msg_1".into()),
        change: change.clone(),
        silent: false,
        backfill: false,
        observed_at: at,
        filled: Some(filled.clone()),
    };
    assert_closed(&change, &[]);
    assert_closed(&filled, &[]);
    assert_closed(&container, &[]);
    let id = NotificationId("msg_1".into());
    assert_closed(&Message { id, body: CANARY.into() }, &[]);
    let headers = vec![(canary(), canary())];
    let body = Some(CANARY.into());
    assert_closed(
        &Request { method: Method::Post, target: canary(), headers: headers.clone(), body },
        &[],
    );
    let retry_after = None;
    assert_closed(&Response { status: 200, headers, body: CANARY.into(), retry_after }, &[]);
    assert_closed(&admin::Cursor { cursor: Some(canary()), revision: 1 }, &[]);
    assert_closed(&Subject::record(&task(), CANARY), &[]);
    assert_closed(&Json::parse(&format!("{{\"{CANARY}\":\"{CANARY}\"}}")).unwrap(), &[]);
}

#[test]
fn what_a_connectors_test_saw_does_not_print() {
    let canary = || CANARY.to_owned();
    let asked = drive::Asked {
        text: canary(),
        of: drive::Purpose::Poll,
        body: Some(CANARY.into()),
        headers: vec![(canary(), canary())],
    };
    let told = drive::Told {
        record: canary(),
        key: Some(canary()),
        version: Some(canary()),
        event: "Order.New".into(),
        payload: canary(),
        memo: Some(canary()),
    };
    let polled = drive::Polled {
        asked: vec![asked.clone()],
        told: vec![told.clone()],
        cursor: canary(),
        log: vec![canary()],
        ..drive::Polled::default()
    };
    assert_closed(&asked, &[]);
    assert_closed(&told, &[]);
    assert_closed(&polled, &[]);
    let why = drive::Why::Refused("no".into());
    assert_closed(&drive::Stopped { why, until: Box::new(polled) }, &[]);
}

#[test]
fn secrets_do_not_print() {
    assert_closed(&Secret::from(CANARY), &[]);
    let signing = SigningSecret::parse(&Secret::from(WHSEC)).unwrap();
    assert_closed(&signing, &[WHSEC, &WHSEC[6..]]);
    assert_closed(&Key::from(&signing), &[WHSEC, &WHSEC[6..]]);
    assert_closed(&OuterKey::parse(&Secret::from(OUTER)).unwrap(), &[OUTER, "7, 7, 7"]);
    let token = rounds::config::admin::Token::new("day", Role::Viewer, &Secret::from(CANARY));
    assert_closed(&token.unwrap(), &[]);
    let (private, pem) = PrivateKey::generate().unwrap();
    assert_closed(&private, &[pem.lines().nth(1).unwrap()]);
    let mut way: admin::Way = "http://127.0.0.1:1".parse().unwrap();
    way.token = Some(CANARY.into());
    assert_closed(&way, &[]);
    assert_closed(&admin::Client::by(way).unwrap(), &[]);
    assert_closed(&Access::Bearer(CANARY.into()), &[]);
    assert_closed(&Access::Basic("user".into(), CANARY.into()), &[]);
}

#[test]
fn a_configuration_with_every_secret_does_not_print_them() {
    let host = "[host.admin]\naddress = \"127.0.0.1:0\"\n\
        tokens = [{ name = \"day\", role = \"viewer\", token = { env = \"TOKEN\" } }]\n";
    let registry = "[[registry]]\nhost = \"registry.example\"\n\
        auth = { type = \"basic\", user = \"rounds\", password = { env = \"PASSWORD\" } }\n";
    let ways = [
        "{ type = \"basic\", user = \"rounds\", password = { env = \"PASSWORD\" } }",
        "{ type = \"bearer\", token = { env = \"TOKEN\" } }",
        "{ type = \"header\", name = \"x-key\", value = { env = \"KEY\" } }",
        "{ type = \"oauth2-client-credentials\", client_id = \"rounds\", \
         token_url = \"https://ehr.example/token\", client_secret = { env = \"SECRET\" } }",
    ];
    let connection = |(number, way): (usize, &&str)| {
        format!(
            "[[connection]]\nname = \"ward-{number}\"\nconnector = \"plain\"\n\
             base_url = \"https://ehr.example/\"\nauth = {way}\n\
             headers = {{ X-Site = {{ env = \"SITE\" }} }}\n\
             actions = {{ appointments = {{ every = \"1m\" }} }}\n"
        )
    };
    let destination = "[[destination]]\nname = \"app\"\nurl = \"https://app.example/\"\n\
        secret = { env = \"WHSEC\" }\nverification_token = { env = \"TOKEN\" }\n\
        headers = { X-Tenant = { env = \"TENANT\" } }\n";
    let connections: String = ways.iter().enumerate().map(connection).collect();
    let text = format!("{host}{registry}{connections}{destination}");
    let named = ["TOKEN", "PASSWORD", "KEY", "SECRET", "SITE", "TENANT"].map(|name| (name, CANARY));
    let variables = named.into_iter().chain([("WHSEC", WHSEC)]);
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let environment = FixedEnvironment { variables, ..FixedEnvironment::default() };
    let config = Config::parse(&text, "rounds.toml", &environment).unwrap();
    assert_eq!(config.connections.len(), ways.len());
    assert_closed(&config, &[WHSEC, &WHSEC[6..]]);
}

/// Names of fields that mostly hold what nobody may read by accident.
const SECRETIVE: [&str; 15] = [
    "answer", "body", "cursor", "data", "headers", "key", "memo", "new", "old", "password",
    "payload", "record", "secret", "text", "token",
];
/// Files where they don't, or where it is made up: recordings, whose patients nobody is, and keyed
/// hashes, and names.
const HARMLESS: [&str; 4] =
    ["connector_test/scenario", "audit/entry.rs", "trust/error.rs", "practice/"];

/// The fields of types that derive `Debug` and would show what their names speak of.
fn printed(text: &str) -> Vec<&str> {
    let (mut derives, mut is_open) = (false, false);
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[derive(") {
            derives = line.contains("Debug");
        }
        let words = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        let words = words.trim_start_matches("pub ");
        if words.starts_with("struct ") || words.starts_with("enum ") {
            (is_open, derives) = (derives, false);
        }
        let field = words.split_once(": ").filter(|(name, _)| SECRETIVE.contains(name));
        let bare = ["String", "Bytes", "Vec<u8>", "Json", "Value", "str"];
        if is_open && field.is_some_and(|(_, kind)| bare.iter().any(|it| kind.contains(it))) {
            found.push(line);
        }
        is_open &= !(line.starts_with("impl") || line.starts_with("fn "));
    }
    found
}

#[test]
fn no_type_derives_debug_over_what_may_be_a_patients() {
    for (name, text) in sources(&host()).iter().filter(|(name, _)| !is_test(name)) {
        let is_harmless = HARMLESS.iter().any(|it| name.starts_with(it));
        let found = printed(run_time(text));
        assert!(is_harmless || found.is_empty(), "{name}: {found:?} would be printed");
    }
    let control = "#[derive(Clone, Debug)]\npub struct Told {\n    pub payload: String,\n}";
    assert_eq!(printed(control), ["pub payload: String,"]);
    assert!(printed(&control.replace(", Debug", "")).is_empty());
}
