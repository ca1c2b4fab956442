//! Headers of the user's own. Some are the host's business, and some hold credentials.

use super::{secret, value::Value};
use crate::config::{Header, Secret};

/// What the host alone says: of the connection to the peer, of the body, and of a notification.
const HOSTS_OWN: [&str; 15] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "verification-token",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// What is never plain text.
const CREDENTIALS: [&str; 2] = ["authorization", "cookie"];

/// A table of headers, each with a text or a secret.
pub(super) fn read(value: Value<'_>) -> Option<Vec<Header>> {
    let table = value.table("the headers")?;
    Some(table.entries().into_iter().filter_map(header).collect())
}

fn header(value: Value<'_>) -> Option<Header> {
    let name = name(&value, value.key())?;
    let is_plain = value.tree().is_str() && !CREDENTIALS.contains(&name.as_str());
    let content =
        if is_plain { value.clone().text().map(Secret::from) } else { secret::read(value.clone()) };
    Some(Header { name, value: content.and_then(|it| sendable(&value, it))? })
}

/// A secret that can be sent as a header's value.
pub(super) fn secret(value: Value<'_>) -> Option<Secret> {
    secret::read(value.clone()).and_then(|secret| sendable(&value, secret))
}

/// A header's name, in lower case, that is not the host's own.
pub(super) fn name(value: &Value<'_>, name: &str) -> Option<String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return value.refuse(format!("`{name}` is no header's name"));
    }
    let name = name.to_ascii_lowercase();
    if HOSTS_OWN.contains(&name.as_str()) || name.starts_with("proxy-") {
        return value.refuse(format!("the header `{name}` is the host's own"));
    }
    Some(name)
}

/// Says nothing of the value itself, which may be a secret.
fn sendable(value: &Value<'_>, secret: Secret) -> Option<Secret> {
    let is_sendable = |byte: u8| matches!(byte, b'\t' | b' '..=b'~');
    if secret.expose().bytes().all(is_sendable) {
        return Some(secret);
    }
    value.bad("a header's value is one line of ASCII")
}
