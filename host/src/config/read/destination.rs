//! `[[destination]]`.

use super::{
    header, secret,
    table::{Table, hint},
    unread_url,
    value::Value,
};
use crate::{
    config::{Destination, EventPattern, Handshake, Placed},
    model::ConnectionName,
};

pub(super) fn read(value: Value<'_>) -> Option<Destination> {
    let mut table = value.table("a destination")?;
    let mut destination = identity(&mut table)?;
    table.set("events", &mut destination.events, events);
    table.set_some("connections", &mut destination.connections, |value| value.list(connection));
    table.set("concurrency", &mut destination.concurrency, Value::count);
    table.set("timeout", &mut destination.timeout, Value::duration);
    table.set("retry_for", &mut destination.retry_for, Value::duration);
    let networks = &mut destination.private_addresses;
    table.set("private_addresses", networks, |value| value.list(Value::network));
    table.set_some("ca", &mut destination.ca, secret::certificates);
    table.set("headers", &mut destination.headers, header::read);
    verification(&mut table, &mut destination);
    table.finish();
    Some(destination)
}

/// What a destination cannot be without.
fn identity(table: &mut Table<'_>) -> Option<Destination> {
    let name = table.need("name", |value| value.placed(Value::text)).unwrap_or_default();
    let url = table.need("url", Value::url).or_else(unread_url)?;
    let secrets = table.need("secret", secret::signing).unwrap_or_default();
    let mut destination = Destination::new(name.value, url, secrets);
    destination.place = name.place;
    Some(destination)
}

fn events(value: Value<'_>) -> Option<Vec<EventPattern>> {
    let is_empty = value.tree().as_array().is_some_and(|list| list.is_empty());
    if is_empty {
        return value.bad("this wants no event; leave it out to want all");
    }
    value.list(Value::parsed)
}

fn connection(value: Value<'_>) -> Option<Placed<ConnectionName>> {
    value.placed(|value| value.text().map(ConnectionName::from))
}

/// The handshake proves a token, so it needs one.
fn verification(table: &mut Table<'_>, destination: &mut Destination) {
    table.set_some("verification_token", &mut destination.verification_token, header::secret);
    let has_token = table.has("verification_token");
    table.set_some("verify", &mut destination.verify, |value| {
        if !has_token {
            return value.bad("a handshake needs a `verification_token` beside it");
        }
        handshake(&value)
    });
}

fn handshake(value: &Value<'_>) -> Option<Handshake> {
    match value.clone().text()? {
        "post" => Some(Handshake::Post),
        "get" => Some(Handshake::Get),
        other => value.bad(format!("unknown method `{other}`; {}", hint(other, &["post", "get"]))),
    }
}
