//! What happens on the way to a server and back.

use std::time::Duration;

use super::{Row, row};
use crate::egress::{
    auth,
    fault::{Answer, Proxy, Tls, Transport},
};

const LIMITS: &str = "host/src/egress/tests/limits.rs";
const NAMES: &str = "host/src/egress/tests/names.rs";
const TLS: &str = "host/src/egress/tests/tls.rs";
const FAULT: &str = "host/src/egress/fault.rs";
const PROXIES: &str = "host/src/egress/tests/proxies.rs";
const IDENTITIES: &str = "host/src/egress/tests/identities.rs";
const EXCHANGE: &str = "host/src/egress/tests/exchange.rs";
const SIGNING_IN: &str = "host/src/egress/tests/signing_in.rs";

const SECONDS: Duration = Duration::from_secs(30);

fn transport(fault: Transport) -> (&'static str, &'static str) {
    match fault {
        Transport::Dns => (NAMES, "\"Dns\""),
        Transport::AddressRefused => (NAMES, "\"AddressRefused\""),
        Transport::ConnectRefused => (LIMITS, "\"ConnectRefused\""),
        Transport::Unreachable => (FAULT, "HostUnreachable, Transport::Unreachable"),
        Transport::ConnectTimeout(_) => (TLS, "ConnectTimeout(2s)"),
        Transport::Timeout(_) => (LIMITS, "Timeout("),
        Transport::Stalled(_) => (LIMITS, "Stalled("),
        Transport::Reset => (LIMITS, "\"Reset\""),
        Transport::Closed => (LIMITS, "\"Closed\""),
        Transport::System(_) => (FAULT, "Transport::System(24)"),
        Transport::Other => (FAULT, "what nobody knows"),
        Transport::Tls(fault) => secure(fault),
        Transport::Proxy(fault) => proxied(fault),
    }
}

fn secure(fault: Tls) -> (&'static str, &'static str) {
    match fault {
        Tls::Expired => (TLS, "Tls(Expired)"),
        Tls::NotYetValid => (TLS, "Tls(NotYetValid)"),
        Tls::WrongHost => (TLS, "Tls(WrongHost)"),
        Tls::UnknownAuthority => (TLS, "Tls(UnknownAuthority)"),
        Tls::Certificate => (TLS, "Tls(Certificate)"),
        Tls::Incompatible => (TLS, "Tls(Incompatible)"),
        Tls::NotTls => (TLS, "Tls(NotTls)"),
        Tls::Refused => (TLS, "Tls(Refused)"),
        Tls::WantsCertificate => (IDENTITIES, "Tls(WantsCertificate)"),
        Tls::RefusesCertificate => (IDENTITIES, "Tls(RefusesCertificate)"),
        Tls::ExpiredCertificate => (IDENTITIES, "Tls(ExpiredCertificate)"),
    }
}

fn proxied(fault: Proxy) -> (&'static str, &'static str) {
    match fault {
        Proxy::Dns => (PROXIES, "Proxy(Dns)"),
        Proxy::AddressRefused => (FAULT, "Proxy::AddressRefused"),
        Proxy::ConnectRefused => (PROXIES, "Proxy(ConnectRefused)"),
        Proxy::Unreachable => (FAULT, "Proxy::Unreachable"),
        Proxy::Timeout(_) => (PROXIES, "Proxy(Timeout("),
        Proxy::WantsCredentials => (PROXIES, "Proxy(WantsCredentials)"),
        Proxy::RefusesCredentials => (PROXIES, "Proxy(RefusesCredentials)"),
        Proxy::Refused => (PROXIES, "Proxy(Refused)"),
        Proxy::Answered(_) => (PROXIES, "Proxy(Answered(403))"),
        Proxy::Closed => (PROXIES, "Proxy(Closed)"),
        Proxy::NotTls => (PROXIES, "Proxy(NotTls)"),
    }
}

fn answer(fault: Answer) -> (&'static str, &'static str) {
    match fault {
        Answer::TooLarge(_) => (LIMITS, "TooLarge("),
        Answer::Headers => (LIMITS, "\"Headers\""),
        Answer::Truncated => (LIMITS, "\"Truncated\""),
        Answer::Encoded => (LIMITS, "\"Encoded\""),
        Answer::NotHttp => (LIMITS, "\"NotHttp\""),
        Answer::Insecure => (LIMITS, "\"Insecure\""),
        Answer::Redirect(_) => (EXCHANGE, "Redirect("),
        Answer::NoRoom(_) => ("host/src/egress/tests/room.rs", "wants_room"),
        Answer::Redirects(_) => (EXCHANGE, "Redirects(3)"),
    }
}

fn unsigned(fault: &auth::Fault) -> (&'static str, &'static str) {
    match fault {
        auth::Fault::Refused { .. } => (SIGNING_IN, "Refused { status"),
        auth::Fault::Unavailable(_) => (SIGNING_IN, "Unavailable(500)"),
        auth::Fault::Unreadable => (SIGNING_IN, "Unreadable"),
        auth::Fault::Redirected(_) => (SIGNING_IN, "Redirected(302)"),
        auth::Fault::Transport(_) => (SIGNING_IN, "Transport("),
        auth::Fault::Answer(_) => (SIGNING_IN, "Answer("),
        // A key that cannot sign is told at the start.
        auth::Fault::Signing => ("", ""),
    }
}

pub(super) fn rows() -> Vec<Row> {
    let tls = [
        Tls::Expired,
        Tls::NotYetValid,
        Tls::WrongHost,
        Tls::UnknownAuthority,
        Tls::Certificate,
        Tls::Incompatible,
        Tls::NotTls,
        Tls::Refused,
        Tls::WantsCertificate,
        Tls::RefusesCertificate,
        Tls::ExpiredCertificate,
    ];
    let proxy = [
        Proxy::Dns,
        Proxy::AddressRefused,
        Proxy::ConnectRefused,
        Proxy::Unreachable,
        Proxy::Timeout(SECONDS),
        Proxy::WantsCredentials,
        Proxy::RefusesCredentials,
        Proxy::Refused,
        Proxy::Answered(403),
        Proxy::Closed,
        Proxy::NotTls,
    ];
    let plain = [
        Transport::Dns,
        Transport::AddressRefused,
        Transport::ConnectRefused,
        Transport::Unreachable,
        Transport::ConnectTimeout(SECONDS),
        Transport::Timeout(SECONDS),
        Transport::Stalled(SECONDS),
        Transport::Reset,
        Transport::Closed,
        Transport::System(24),
        Transport::Other,
    ];
    let all = plain.into_iter().chain(tls.map(Transport::Tls)).chain(proxy.map(Transport::Proxy));
    all.map(|fault| {
        let (file, needle) = transport(fault);
        row(format!("ehr.example {fault}"), file, needle)
    })
    .collect()
}

pub(super) fn answers() -> Vec<Row> {
    let all = [
        Answer::TooLarge(16_777_216),
        Answer::Headers,
        Answer::Truncated,
        Answer::Encoded,
        Answer::NotHttp,
        Answer::Insecure,
        Answer::Redirect("to another scheme, host or port"),
        Answer::NoRoom(16_777_216),
        Answer::Redirects(3),
    ];
    all.into_iter()
        .map(|fault| {
            let (file, needle) = answer(fault);
            row(format!("the answer of ehr.example {fault}"), file, needle)
        })
        .collect()
}

pub(super) fn sign_in() -> Vec<Row> {
    let all = [
        auth::Fault::Refused { status: 401, code: Some("invalid_client") },
        auth::Fault::Unavailable(503),
        auth::Fault::Unreadable,
        auth::Fault::Transport(Transport::ConnectRefused),
        auth::Fault::Answer(Answer::Truncated),
        auth::Fault::Signing,
    ];
    all.iter()
        .map(|fault| {
            let (file, needle) = unsigned(fault);
            row(format!("signing in failed: {fault}"), file, needle)
        })
        .collect()
}
