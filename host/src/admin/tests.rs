//! The routes, over a real socket, with a host and a store of their own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{net::SocketAddr, path::PathBuf};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::{Host, config::Config, model::ContainerId};

/// An admin API of a host without connections, which speaks of one task all the same.
struct Api {
    address: SocketAddr,
    shutdown: CancellationToken,
    tracker: TaskTracker,
    folder: PathBuf,
}

fn task(action: &str) -> TaskId {
    TaskId { connection: "general".into(), action: action.into() }
}

impl Api {
    async fn start(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("rounds-admin-{name}-{}", std::process::id()));
        let mut config = Config::default();
        (config.host.data, config.host.connectors) =
            (folder.join("data"), folder.join("connectors"));
        config.host.concurrent_polls = 1;
        std::fs::create_dir_all(&config.host.connectors).unwrap();
        let handle = Host::builder(config).build().await.unwrap().handle();
        let server =
            Server::bind(([127, 0, 0, 1], 0).into(), handle, vec![task("orders")]).unwrap();
        let (address, shutdown, tracker) =
            (server.address(), CancellationToken::new(), TaskTracker::new());
        tracker.spawn(server.run(shutdown.clone()));
        Self { address, shutdown, tracker, folder }
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
    assert!(matches!(client.health().await, Err(Error::NotRunning(at)) if at == address));
}

#[tokio::test]
async fn others_than_this_machine_cannot_be_listened_for() {
    let api = Api::start("bind").await;
    let folder = api.folder.join("second");
    let mut config = Config::default();
    (config.host.data, config.host.connectors) = (folder.join("data"), folder.join("connectors"));
    std::fs::create_dir_all(&config.host.connectors).unwrap();
    let handle = Host::builder(config).build().await.unwrap().handle();
    assert!(Server::bind(([0, 0, 0, 0], 0).into(), handle.clone(), Vec::new()).is_err());
    assert!(Server::bind(api.address, handle, Vec::new()).is_err());
    api.end().await;
}
