//! `[[connection]]`, and what stands within it beside its actions.

use jiff::Timestamp;
use serde_json::json;
use toml::de::DeValue;
use url::{Origin, Url};

use super::{
    action, auth,
    form::Form,
    header,
    identity::{self, Shown},
    kind::Kind,
    plain::{self, count, duration, networks, positive, url},
    proxy::proxy,
    secret, settings, unread_url,
};
use crate::{
    config::{Connection, Since},
    duration,
};

pub(super) fn connection() -> Kind<Connection> {
    let form = Form::new(
"a connection","An EHR that is polled. There may be several, each under a `[[connection]]` of its own.",|| {
            Shown::beside(Connection::new("", "", unread_url()))
        })
.given(
                "name",
                plain::name("\"general-hospital\"").placed(),
                "What log lines, `rounds status` and notifications call it; unique. Up to 64 of a–z, \
                 0–9, `-`, `_` and `.`, and a letter or a digit first. What is stored of an EHR is \
                 stored under this name, so keep it.",
                |it, name| (it.name, it.place) = (name.value.as_str().into(), name.place),
            ).needed()
.need(
                "connector",
                plain::text().placed(),
                "The connector that knows this EHR, by the name that it has itself (`rounds connector \
                 inspect`), whatever its file is called.",
                |it| &mut it.connector,
            )
.need(
                "base_url",
                base_url(),
                "What the path of each request is put behind: `http` or `https`, without query, \
                 fragment and credentials. An address that stands in it itself may be private.",
                |it| &mut it.base_url,
            )
.given(
                "actions",
                action::actions(),
                "What is polled, each with its interval: a key an action that the connector knows. \
                 There is at least one, and no default interval.",
                |it, actions| it.tasks = actions,
            ).needed()
.set(
                "auth",
                auth::of_a_connection().placed(),
                "How requests prove who asks; without it they do not.",
                |it| &mut it.auth,
            )
.given(
                "settings",
                settings::settings(),
                "The connector's own settings. Its schema says which there are (`rounds connector \
                 inspect`), and `rounds check` holds them against it.",
                |it, settings| it.settings = settings,
            ).or("{}")
.may(
                "since",
                since(),
                "From when changes are wanted while a task has no cursor yet: a time with its offset, \
                 or a span before the first poll. Without it, from the first poll on. An action's own \
                 `since` goes before it.",
                |it| &mut it.since,
            )
.set(
                "concurrency",
                count(),
                "Requests to this EHR at once, and records collected at once.",
                |it| &mut it.concurrency,
            )
.may(
                "rate",
                positive(),
                "Requests a second at most, over all actions; `0.2` is one in five seconds. Without \
                 it there is no such limit.",
                |it| &mut it.rate,
            )
.set(
                "timeout",
                duration(),
                "How long one request may take, until the last byte of its answer is there. After \
                 that it has failed and is made again later.",
                |it| &mut it.timeout,
            )
.set(
                "collect_for",
                duration(),
                "How long the EHR is asked for what it refuses of one record, as a 403 for one \
                 patient. After that the record is told without it, or becomes a dead letter.",
                |it| &mut it.collect_for,
            )
.set(
                "headers",
                header::headers(),
                "Headers that each request has beside the connector's own, as `{ X-Site = \"7\" }`. A \
                 value is text of one line, or a secret; `Authorization` and `Cookie` are secrets.",
                |it| &mut it.headers,
            )
.set(
                "allow_origins",
                origin().list(),
                "Further origins (scheme, host and port) that the connector may ask by a whole URL, \
                 as where next links lead to another host. Credentials go there, too.",
                |it| &mut it.allow_origins,
            )
.set(
                "private_addresses",
                networks(),
                "Private networks or addresses that the EHR may be in. Those that stand in a URL \
                 itself need not be named again; all other private addresses are refused.",
                |it| &mut it.private_addresses,
            )
.may(
                "ca",
                secret::certificates(),
                "Further authorities whose certificates the EHR may have, beside those of the machine.",
                |it| &mut it.ca,
            )
.may(
                "proxy",
                proxy(),
                "A forward proxy that requests go through, those for tokens as well; without it, that of \
                 `[host]`, or none.",
                |it| &mut it.proxy,
            );
    let form = identity::keys(form, identity::TO_SERVERS);
    form.finish(|table, connection| {
        let (mut connection, certificate) = connection.judged(table);
        connection.certificate = certificate;
        // Nobody is told what is missing in settings that could not be read.
        if !table.is_sound("settings") {
            connection.settings.value = serde_json::Value::Null;
        }
        Some(connection)
    })
}

fn base_url() -> Kind<Url> {
    let pattern = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?$";
    let schema = json!({ "type": "string", "format": "uri", "pattern": pattern });
    let read = url().read;
    Kind::plain("URL", "\"https://ehr.example/fhir\"", schema, move |value| {
        let url = read(value.clone())?;
        match url.query() {
            Some(_) => value.bad("no query (`?…`) here; a connector's requests bring their own"),
            None => Some(url),
        }
    })
}

fn origin() -> Kind<Origin> {
    let pattern = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+/?\s*$";
    let schema = json!({ "type": "string", "format": "uri", "pattern": pattern });
    let read = url().read;
    Kind::plain("origin", "\"https://ehr.example:8443\"", schema, move |value| {
        let url = read(value.clone())?;
        if url.path() != "/" || url.query().is_some() {
            return value.bad("an origin has no path, as `https://ehr.example:8443`");
        }
        Some(url.origin())
    })
}

/// A point in time as text or as TOML's own, or a span of time before the first poll.
pub(super) fn since() -> Kind<Since> {
    let time = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.,]+([Zz]|[+-][0-9:]+)(\[.*\])?$";
    let forms = json!([{ "pattern": plain::SPAN }, { "pattern": time }]);
    let schema = json!({ "type": "string", "minLength": 1, "anyOf": forms });
    Kind::plain("time, or time span", "\"30d\"", schema, |value| {
        let time = match value.tree() {
            DeValue::Datetime(time) => time.to_string(),
            _ => value.clone().text()?.to_owned(),
        };
        if let Ok(at) = time.parse::<Timestamp>() {
            return Some(Since::At(at));
        }
        match duration::parse(&time) {
            Ok(ago) => Some(Since::Ago(ago)),
            Err(_) => value.bad(
                "write a time with its offset, as `2026-05-05T10:00:00Z`, or a span, as `30d`",
            ),
        }
    })
}
