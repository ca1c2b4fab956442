//! `[[destination]]`.

use serde_json::json;

use super::{
    form::Form,
    header,
    identity::{self, Shown},
    kind::Kind,
    plain::{self, choice, count, duration, networks, quoted, text, url},
    proxy::proxy,
    secret, unread_url,
    value::Value,
};
use crate::config::{Destination, EventPattern, Handshake, Placed};

pub(super) fn destination() -> Kind<Destination> {
    let form = Form::new(
"a destination","An endpoint that is told. There may be several, each under a `[[destination]]` of its own.",|| {
            Shown::beside(Destination::new("", unread_url(), Vec::new()))
        })
.given(
                "name",
                plain::name("\"scheduling-app\"").placed(),
                "What log lines and `rounds status` call it; unique. Up to 64 of a–z, 0–9, `-`, `_` \
                 and `.`, and a letter or a digit first. What still waits for it is stored under this \
                 name, so keep it.",
                |it, name| (it.name, it.place) = (name.value.as_str().into(), name.place),
            )
            .needed()
.need(
                "url",
                url(),
                "Where notifications are POSTed: `http` or `https`, without credentials and fragment; \
                 a query is sent along. An address that stands in it itself may be private.",
                |it| &mut it.url,
            )
.need(
                "secret",
                secret::signing(),
                "What notifications are signed with (Standard Webhooks): `whsec_` and base64 of 24 to \
                 64 bytes. While it is rotated, a list of up to three, the newest first; each of them \
                 signs.",
                |it| &mut it.secrets,
            )
.set(
                "events",
                events(),
                "The events that it wants: a name as `Scheduling.New`, or a pattern, in which `*` \
                 stands for one part: `Scheduling.*`, `*.New`, `*`.",
                |it| &mut it.events,
            )
.may(
                "connections",
                text().placed().then(|_, Placed { value, place }| {
                    Some(Placed::at(place, value.as_str().into()))
                }).list(),
                "The connections that it wants to hear of, by name; without it, all.",
                |it| &mut it.connections,
            )
.set("concurrency", count(), "Requests to it at once.", |it| &mut it.concurrency)
.set(
                "timeout",
                duration(),
                "How long one request may take, until the last byte of its answer is there. After \
                 that the attempt has failed.",
                |it| &mut it.timeout,
            )
.set(
                "retry_for",
                duration(),
                "How long after its first attempt a notification is tried again, with growing waits. \
                 After that it is a dead letter, which waits for a person.",
                |it| &mut it.retry_for,
            )
.set(
                "headers",
                header::headers(),
                "Headers that each request has beside those of the notification, as \
                 `{ X-Tenant = \"7\" }`. A value is text of one line, or a secret; `Authorization` and \
                 `Cookie` are secrets.",
                |it| &mut it.headers,
            )
.set(
                "private_addresses",
                networks(),
                "Private networks or addresses that it may be in. One that stands in `url` itself \
                 need not be named again; all other private addresses are refused.",
                |it| &mut it.private_addresses,
            )
.may(
                "ca",
                secret::certificates(),
                "Further authorities whose certificates it may have, beside those of the machine.",
                |it| &mut it.ca,
            )
.may(
                "verification_token",
                header::secret_value(),
                "Sent as the header `verification-token` with each request, as endpoints that were \
                 made for Redox expect it; without it there is no such header.",
                |it| &mut it.verification_token,
            )
.may(
                "verify",
                choice("unknown method", [("post", Handshake::Post), ("get", Handshake::Get)]),
                "How the endpoint is asked to repeat a challenge before its first notification; needs \
                 `verification_token`. Without it, it is not asked.",
                |it| &mut it.verify,
            )
.may(
                "proxy",
                proxy(),
                "A forward proxy that requests go through; without it, that of \
                 `[host]`, or none.",
                |it| &mut it.proxy,
            );
    let form = identity::keys(form, identity::TO_SERVERS);
    let form = form.beside("verify", "verification_token", |table, _| {
        table.bad_value::<()>("verify", "a handshake needs a `verification_token` beside it");
    });
    form.finish(|table, destination| {
        let (mut destination, certificate) = destination.judged(table);
        destination.certificate = certificate;
        Some(destination)
    })
}

fn events() -> Kind<Vec<EventPattern>> {
    let pattern = r"^(\*|(\*|[A-Za-z0-9]+)\.(\*|[A-Za-z0-9]+))$";
    let schema = json!({ "type": "string", "pattern": pattern });
    let event = Kind::plain("event or pattern", "\"Scheduling.*\"", schema, |it| it.parsed());
    let Kind { shape, read, .. } = event.list().count(1, None);
    let read = move |value: Value<'_>| {
        if value.tree().as_array().is_some_and(|list| list.is_empty()) {
            return value.bad("this wants no event; leave it out to want all");
        }
        read(value)
    };
    let show = |events: &Vec<EventPattern>| {
        let events: Vec<_> = events.iter().map(|it| quoted(&it.to_string())).collect();
        Some(format!("[{}]", events.join(", ")))
    };
    Kind::new(shape, read).shown(show)
}
