//! Headers of the user's own. Some are the host's business, and some hold credentials.

use serde_json::json;

use super::{kind::Kind, plain::text, secret, value::Value};
use crate::config::{Header, Secret, shape::Shape};

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
pub(super) fn headers() -> Kind<Vec<Header>> {
    let (plain, hidden) = (text(), secret::secret());
    let shape = Shape::Either(vec![plain.shape, hidden.shape]);
    let header = Kind::new(shape, move |value| {
        let name = self::name(&value, value.key())?;
        let is_plain = value.tree().is_str() && !CREDENTIALS.contains(&name.as_str());
        let content = match is_plain {
            true => value.clone().text().map(Secret::from),
            false => (hidden.read)(value.clone()),
        };
        Some(Header { name, value: sendable(&value, content?)? })
    });
    let headers = header.named("X-Name");
    headers
        .then(|_, headers| Some(headers.into_iter().map(|(_, header)| header).collect()))
        .shown(|headers: &Vec<Header>| headers.is_empty().then(|| "{}".to_owned()))
}

/// A secret that can be sent as a header's value.
pub(super) fn secret_value() -> Kind<Secret> {
    secret::secret().then(sendable)
}

/// A header's name, in lower case, that is not the host's own.
pub(super) fn own_name() -> Kind<String> {
    let schema = json!({ "type": "string", "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" });
    Kind::plain("header's name", "\"X-Api-Key\"", schema, |value| {
        name(&value, value.clone().text()?)
    })
}

fn name(value: &Value<'_>, name: &str) -> Option<String> {
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
