//! The routes, over a real socket, with a host and a store of their own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::{
    Host,
    audit::{Outcome, What},
    clock::System,
    config::{
        Config, Secret,
        admin::{Role, Token},
    },
    model::ContainerId,
};

/// An admin API of a host without connections, which speaks of one task all the same.
struct Api {
    address: SocketAddr,
    shutdown: CancellationToken,
    tracker: TaskTracker,
    folder: PathBuf,
    audit: Audit,
}

fn here(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

fn task(action: &str) -> TaskId {
    TaskId { connection: "general".into(), action: action.into() }
}

impl Api {
    async fn start(name: &str) -> Self {
        Self::start_with(name, here(0).into()).await
    }

    async fn start_with(name: &str, settings: config::Admin) -> Self {
        let folder =
            std::env::temp_dir().join(format!("rounds-admin-{name}-{}", std::process::id()));
        let mut config = Config::default();
        (config.host.data, config.host.connectors) =
            (folder.join("data"), folder.join("connectors"));
        config.host.concurrent_polls = 1;
        std::fs::create_dir_all(&config.host.connectors).unwrap();
        let audit = Audit::of(&config.host, Arc::new(System));
        let handle = Host::builder(config).build().await.unwrap().handle();
        let server = Server::bind(settings, handle, vec![task("orders")], audit.clone()).unwrap();
        let (address, shutdown, tracker) =
            (server.address(), CancellationToken::new(), TaskTracker::new());
        tracker.spawn(server.run(shutdown.clone()));
        Self { address, shutdown, tracker, folder, audit }
    }

    fn client(&self) -> Client {
        Client::new(self.address).unwrap()
    }

    async fn end(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        std::fs::remove_dir_all(&self.folder).unwrap();
    }

    /// Sends text as it is, and gives the status and the body of the answer.
    async fn raw(&self, text: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let length = body.len();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await
    }
}

#[tokio::test]
async fn every_route_answers_in_json() {
    let api = Api::start("routes").await;
    let cursor = "/v1/tasks/general/orders/cursor";
    let listing = "/v1/tasks/general/orders/listing";
    for (method, path, body, status, expected) in [
        ("GET", "/healthz", "", 200, json!({ "ok": true })),
        ("GET", "/v1/dead", "", 200, json!([])),
        ("POST", "/v1/dead/replay", r#"{"all":true}"#, 200, json!({ "replayed": 0 })),
        (
            "POST",
            "/v1/dead/replay",
            r#"{"containers":[7]}"#,
            404,
            json!({ "error": "7 is no dead letter; none was replayed" }),
        ),
        ("POST", "/v1/delivered", "{}", 200, json!([])),
        ("POST", "/v1/delivered", r#"{"of":{"connection":{"connection":"a"}}}"#, 200, json!([])),
        ("GET", cursor, "", 200, json!({ "cursor": null, "revision": 0 })),
        ("PUT", cursor, r#"{"cursor":"abc"}"#, 200, json!({ "cursor": "abc", "revision": 1 })),
        ("GET", cursor, "", 200, json!({ "cursor": "abc", "revision": 1 })),
        ("PUT", cursor, r#"{"cursor":null}"#, 200, json!({ "cursor": null, "revision": 2 })),
        (
            "GET",
            "/v1/tasks/general/labs/cursor",
            "",
            404,
            json!({ "error": "there is no task general/labs; there are: general/orders" }),
        ),
        (
            "POST",
            "/v1/tasks/general/orders/poll",
            "",
            409,
            json!({ "error": "general/orders is not enabled" }),
        ),
        (
            "POST",
            listing,
            r#"{"accept":true}"#,
            409,
            json!({ "error": "general/orders has no listing that is held for a person" }),
        ),
    ] {
        let answer = api.ask(method, path, body).await;
        assert_eq!(answer, (status, expected), "{method} {path} {body}");
    }
    for (method, path, body, status) in [
        ("GET", "/", "", 404),
        ("DELETE", "/v1/dead", "", 405),
        ("PUT", cursor, "{}", 422),
        ("PUT", cursor, r#"{"cursor":null,"more":1}"#, 422),
        ("PUT", cursor, "cursor", 400),
        ("GET", listing, "", 405),
        ("POST", listing, "{}", 422),
        ("POST", listing, r#"{"accept":true,"more":1}"#, 422),
        ("POST", "/v1/tasks/general/labs/listing", r#"{"accept":true}"#, 404),
        ("POST", "/v1/dead/replay", "{}", 422),
    ] {
        let (found, answer) = api.ask(method, path, body).await;
        assert_eq!(
            (found, answer.get("error").is_some_and(Value::is_string)),
            (status, true),
            "{method} {path} {body}"
        );
    }
    api.end().await;
}

#[tokio::test]
async fn what_a_web_page_could_send_is_refused() {
    let api = Api::start("pages").await;
    for headers in [
        "host: rounds.example\r\n",
        "host: 10.0.0.1\r\n",
        "host: localhost\r\norigin: http://localhost\r\n",
    ] {
        let (status, answer) = api
            .raw(&format!("GET /v1/status HTTP/1.1\r\n{headers}connection: close\r\n\r\n"))
            .await;
        assert_eq!((status, answer.get("error").is_some()), (403, true), "{headers}");
    }
    let form = "POST /v1/dead/replay HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 12\r\n\r\n{\"all\":true}";
    assert_eq!(api.raw(form).await.0, 415);
    api.end().await;
}

#[tokio::test]
async fn a_huge_body_is_refused() {
    let api = Api::start("huge").await;
    let body = format!(r#"{{"cursor":"{}"}}"#, "a".repeat(64 << 10));
    assert_eq!(api.ask("PUT", "/v1/tasks/general/orders/cursor", &body).await.0, 413);
    api.end().await;
}

#[tokio::test]
async fn the_client_speaks_to_the_server() {
    let api = Api::start("client").await;
    let (client, orders) = (api.client(), task("orders"));
    client.health().await.unwrap();
    assert_eq!(client.status().await.unwrap(), crate::status::Report::default());
    assert_eq!(client.dead().await.unwrap(), []);
    assert_eq!(client.replay(&Replay { all: true, ..Replay::default() }).await.unwrap(), 0);
    let set = client.set_cursor(&orders, Some("a b/ü".into())).await.unwrap();
    assert_eq!(client.cursor(&orders).await.unwrap(), set);
    let replay = Replay { containers: vec![ContainerId(1)], all: false };
    assert!(matches!(client.replay(&replay).await, Err(Error::Refused { status: 404, .. })));
    let Err(Error::Refused { why, .. }) = client.cursor(&task("a b")).await else {
        panic!("it was found")
    };
    assert_eq!(why, "there is no task general/a b; there are: general/orders");
    let address = api.address;
    api.end().await;
    assert!(
        matches!(client.health().await, Err(Error::NotRunning(at)) if at == address.to_string())
    );
}

#[tokio::test]
async fn others_than_this_machine_cannot_be_listened_for() {
    let api = Api::start("bind").await;
    let folder = api.folder.join("second");
    let mut config = Config::default();
    (config.host.data, config.host.connectors) = (folder.join("data"), folder.join("connectors"));
    std::fs::create_dir_all(&config.host.connectors).unwrap();
    let handle = Host::builder(config).build().await.unwrap().handle();
    let (everywhere, audit) = (SocketAddr::from(([0, 0, 0, 0], 0)).into(), api.audit.clone());
    assert!(Server::bind(everywhere, handle.clone(), Vec::new(), audit.clone()).is_err());
    assert!(Server::bind(api.address.into(), handle, Vec::new(), audit).is_err());
    api.end().await;
}

/// A host's tokens by their roles; each token is its role's name, long enough.
fn tokens() -> config::Admin {
    let token = |role: Role| Token::new(role.as_str(), role, &secret(role)).unwrap();
    config::Admin { tokens: Role::ALL.map(token).into(), ..here(0).into() }
}

fn secret(role: Role) -> Secret {
    Secret::new(format!("{}-{}", role.as_str(), "0".repeat(24)))
}

impl Api {
    /// The status of an answer to somebody with a token.
    async fn ask_as(&self, role: Role, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (length, token) = (body.len(), secret(role));
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nhost: rounds.example\r\ncontent-type: application/json\r\n\
             authorization: bearer {}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            token.expose()
        ))
        .await
    }
}

const OF_A_PATIENT: &str = r#"{"of":{"key":{"connection":"general","key":"Patient/7"}}}"#;

#[tokio::test]
async fn each_role_may_what_it_is_for() {
    let api = Api::start_with("roles", tokens()).await;
    let cursor = "/v1/tasks/general/orders/cursor";
    // What viewers, operators, readers and admins are answered.
    for (method, path, body, expected) in [
        ("GET", "/v1/status", "", [200, 200, 200, 200]),
        ("GET", "/v1/dead", "", [200, 200, 200, 200]),
        ("GET", "/v1/dead/7", "", [403, 403, 404, 404]),
        ("POST", "/v1/dead/replay", r#"{"all":true}"#, [403, 200, 403, 200]),
        ("POST", "/v1/delivered", "{}", [200; 4]),
        ("POST", "/v1/delivered", OF_A_PATIENT, [403, 403, 200, 200]),
        ("POST", "/v1/delivered", r#"{"limit":10001}"#, [422; 4]),
        ("GET", "/v1/delivered/msg_7", "", [403, 403, 404, 404]),
        ("GET", cursor, "", [403, 200, 403, 200]),
        ("PUT", cursor, r#"{"cursor":"abc"}"#, [403, 200, 403, 200]),
        ("POST", "/v1/tasks/general/orders/poll", "", [403, 409, 403, 409]),
        ("GET", "/v1/tasks/general/orders/answer", "", [403, 403, 404, 404]),
        ("POST", "/v1/tasks/general/orders/answer/bury", "", [403, 404, 403, 404]),
        ("POST", "/v1/tasks/general/orders/listing", r#"{"accept":false}"#, [403, 409, 403, 409]),
        ("GET", "/nowhere", "", [404; 4]),
        ("DELETE", "/v1/status", "", [405; 4]),
    ] {
        for (role, expected) in Role::ALL.into_iter().zip(expected) {
            let (status, answer) = api.ask_as(role, method, path, body).await;
            assert_eq!(status, expected, "{role:?} {method} {path}");
            let told = answer.get("error").is_some_and(Value::is_string);
            assert_eq!(told, expected > 299, "{role:?} {method} {path}: {answer}");
        }
    }
    let entries = api.audit.entries().unwrap();
    let denied = entries.iter().filter(|it| it.outcome == Outcome::Denied);
    let denied: Vec<_> = denied.map(|it| (it.who.as_str(), it.what)).collect();
    assert_eq!(denied.len(), 20, "{denied:?}");
    assert!(denied.contains(&("reader", What::Reach)));
    assert!(entries.iter().any(|it| it.who == "operator" && it.what == What::SetCursor));
    assert!(api.audit.verify().unwrap().is_whole());
    api.end().await;
}

#[tokio::test]
async fn who_shows_no_token_is_told_so_and_noted() {
    let api = Api::start_with("tokens", tokens()).await;
    let admin = secret(Role::Admin);
    let admin = admin.expose();
    let shown = |line: String| {
        format!("GET /v1/status HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{line}\r\n")
    };
    for line in [
        String::new(),
        format!("authorization: {admin}\r\n"),
        format!("authorization: basic {admin}\r\n"),
        format!("authorization: bearer {}\r\n", &admin[1..]),
        format!("authorization: bearer {admin}0\r\n"),
        format!("authorization: bearer x\r\nauthorization: bearer {admin}\r\n"),
        "authorization: bearer \r\n".into(),
    ] {
        let (status, answer) = api.raw(&shown(line.clone())).await;
        assert_eq!((status, answer.get("error").is_some()), (401, true), "{line}");
    }
    assert_eq!(api.raw(&shown(format!("authorization: Bearer {admin}\r\n"))).await.0, 200);
    // Whether a host is well asks for none; a web page is nobody, whatever it shows.
    assert_eq!(api.ask("GET", "/healthz", "").await, (200, json!({ "ok": true })));
    let origin = shown(format!("origin: http://a\r\nauthorization: Bearer {admin}\r\n"));
    assert_eq!(api.raw(&origin).await.0, 403);
    let audit = api.audit.clone();
    let (shutdown, tracker) = (api.shutdown.clone(), api.tracker.clone());
    shutdown.cancel();
    tracker.close();
    tracker.wait().await;
    let entries = audit.entries().unwrap();
    let failed: Vec<_> = entries.iter().map(|it| (it.what, it.outcome, it.count)).collect();
    // The first is noted at once, the others as a number: at the latest when the host ends.
    assert_eq!(failed.first(), Some(&(What::SignIn, Outcome::Denied, Some(1))));
    assert_eq!(failed.iter().filter_map(|it| it.2).sum::<u64>(), 7);
    assert!(!format!("{entries:?}").contains(&admin[..10]));
    std::fs::remove_dir_all(&api.folder).unwrap();
}

#[tokio::test]
async fn what_is_too_large_or_too_slow_is_cut_off() {
    let api = Api::start("limits").await;
    let head = |more: &str| {
        format!("GET /v1/status HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n")
    };
    let long = format!("x-long: {}\r\n", "a".repeat(20 << 10));
    let (status, answer) = api.raw(&head(&long)).await;
    assert_eq!((status, answer.get("error").is_some()), (431, true));
    // Far beyond that, the server does not even read it to its end.
    let mut stream = TcpStream::connect(api.address).await.unwrap();
    let huge = head(&format!("x-long: {}\r\n", "a".repeat(1 << 20)));
    // It may be closed before all is written.
    drop(stream.write_all(huge.as_bytes()).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"));
    for text in ["\x16\x03\x01\x02", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        let mut stream = TcpStream::connect(api.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{text}");
    }
    let drip = "POST /v1/dead/replay HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"al";
    let (status, answer) = api.raw(drip).await;
    assert_eq!((status, answer.get("error").is_some()), (408, true));
    api.end().await;
}
