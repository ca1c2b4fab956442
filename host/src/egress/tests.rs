//! The client against servers that do what servers do, the worst of it included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod exchange;
mod fuzz;
mod identities;
mod limits;
mod names;
mod pauses;
mod proxies;
mod room;
mod server;
mod signing_in;
mod tls;

use std::{sync::Arc, time::Duration};

use url::Url;

use self::server::Server;
use super::*;

/// What takes longer has stopped, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Options of a connection to a test's server, with short times.
fn options(base: &str) -> Options {
    let base = Url::parse(base).unwrap();
    let mut options = Options::new(Owner::Connection("general-hospital".into()), base);
    options.timeouts = Timeouts {
        connect: Duration::from_secs(2),
        head: None,
        idle: Duration::from_millis(250),
        total: Duration::from_secs(1),
    };
    options.max_body = 1 << 20;
    options
}

fn client(options: Options) -> Client {
    Client::new(&Network::new(), options).unwrap()
}

fn connection(server: &Server) -> Client {
    client(options(&server.url("/fhir")))
}

fn destination(server: &Server) -> Client {
    let options = options(&server.url("/hook?tenant=1"));
    client(Options { owner: Owner::Destination("app".into()), redirects: 0, ..options })
}

fn get(target: &str) -> Request {
    Request { target: target.to_owned(), ..Request::default() }
}

fn post(target: &str, body: &'static str) -> Request {
    Request { method: Method::Post, body: Some(body.into()), ..get(target) }
}

/// Asserts that an error says nothing of what was asked, and returns what happened.
fn failure(error: &Error) -> String {
    let text = format!("{error} {error:?}");
    for secret in ["/fhir", "Patient", "tenant", "hunter2", "127.0.0.1/"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(error.to_string().contains("general-hospital") || text.contains("app"), "{text}");
    match error {
        Error::Transport { fault, .. } => format!("{fault:?}"),
        Error::Answer { fault, .. } => format!("{fault:?}"),
        Error::Auth { fault, .. } => format!("{fault:?}"),
        Error::Refused { refusal, .. } => format!("{refusal:?}"),
        Error::Setup { problem, .. } => format!("{problem:?}"),
        Error::Paused { .. } => "Paused".to_owned(),
    }
}
