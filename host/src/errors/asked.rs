//! What the host does not send.

use super::{Row, row};
use crate::egress::{Method, Refusal, Setup};

const POLICY: &str = "host/src/egress/policy/tests.rs";
const HEADERS: &str = "host/src/egress/headers.rs";
const EXCHANGE: &str = "host/src/egress/tests/exchange.rs";
const TLS: &str = "host/src/egress/tests/tls.rs";
const IDENTITIES: &str = "host/src/egress/tests/identities.rs";
const SIGNING_IN: &str = "host/src/egress/tests/signing_in.rs";

/// An error's file and its name there.
fn refused(refusal: &Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Target => (POLICY, "Target)"),
        Refusal::Control => (POLICY, "Control)"),
        Refusal::Ambiguous(_) => (POLICY, "ambiguous(\"a backslash\")"),
        Refusal::TooLong(_) => (POLICY, "Refusal::TooLong"),
        Refusal::Origin(_) => (POLICY, "other(\"host\")"),
        Refusal::Outside => (POLICY, "Outside)"),
        Refusal::Undeclared(..) => (POLICY, "undeclared(Method::Post"),
        Refusal::Reserved(_) => (HEADERS, "Refusal::Reserved"),
        Refusal::Header(_) => (HEADERS, "Refusal::Header(2)"),
        Refusal::Headers(_) => (HEADERS, "Refusal::Headers(40_000)"),
        Refusal::HeaderBytes(_) => (HEADERS, "Refusal::HeaderBytes"),
        Refusal::Body { .. } => (EXCHANGE, "Body { size"),
    }
}

fn unmade(setup: &Setup) -> (&'static str, &'static str) {
    match setup {
        Setup::Url => (EXCHANGE, "\"Url\""),
        Setup::Header(_) => (EXCHANGE, "Header("),
        Setup::Credentials => (EXCHANGE, "\"Credentials\""),
        Setup::Ca => (TLS, "(\"Ca\", Retry::Never)"),
        Setup::Certificate(_) => (IDENTITIES, "the key does not belong to this certificate"),
        Setup::Proxy => ("host/src/egress/tests/proxies.rs", "Proxy\""),
        Setup::Key(_) => (SIGNING_IN, "Key("),
        Setup::Unsupported(_) => (EXCHANGE, "Unsupported("),
        Setup::Client(_) => ("", ""),
    }
}

pub(super) fn rows() -> Vec<Row> {
    let refusals = [
        Refusal::Target,
        Refusal::Control,
        Refusal::Ambiguous("a `.` or `..` segment"),
        Refusal::TooLong(9000),
        Refusal::Origin("host and port".to_owned()),
        Refusal::Outside,
        Refusal::Undeclared(Method::Get, "/Patient/*/__page".to_owned()),
        Refusal::Reserved("cookie".to_owned()),
        Refusal::Header(2),
        Refusal::Headers(65),
        Refusal::HeaderBytes(20_000),
        Refusal::Body { size: 20_000_000, limit: 16_777_216 },
    ];
    let setups = [
        Setup::Url,
        Setup::Header("x-key".to_owned()),
        Setup::Credentials,
        Setup::Ca,
        Setup::Certificate("client.pem: the key does not belong to this certificate".to_owned()),
        Setup::Proxy,
        Setup::Key("ES384"),
        Setup::Unsupported("session"),
        Setup::Client("…".to_owned()),
    ];
    let refusals = refusals.iter().map(|it| {
        let (file, needle) = refused(it);
        row(format!("a request was not sent: {it}"), file, needle)
    });
    let setups = setups.iter().map(|it| {
        let (file, needle) = unmade(it);
        row(it, file, needle)
    });
    refusals.chain(setups).collect()
}
