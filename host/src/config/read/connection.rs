//! `[[connection]]`, and `[connection.actions]` within.

use jiff::Timestamp;
use toml::de::DeValue;
use url::{Origin, Url};

use super::{auth, header, secret, settings, table::Table, unread_url, value::Value};
use crate::{
    config::{Connection, Placed, Since, Task},
    duration,
    schedule::{
        cadence::{Cadence, SHORTEST},
        cron::{self, CronLine},
    },
};

pub(super) fn read(value: Value<'_>) -> Option<Connection> {
    let mut table = value.table("a connection")?;
    let mut connection = identity(&mut table)?;
    table.set("auth", &mut connection.auth, |value| value.placed(auth::read));
    table.set("settings", &mut connection.settings, |value| value.placed(settings::read));
    table.set("concurrency", &mut connection.concurrency, Value::count);
    table.set_some("since", &mut connection.since, since);
    let networks = &mut connection.private_addresses;
    table.set("private_addresses", networks, |value| value.list(Value::network));
    table.set("allow_origins", &mut connection.allow_origins, |value| value.list(origin));
    table.set_some("ca", &mut connection.ca, secret::certificates);
    table.set("timeout", &mut connection.timeout, Value::duration);
    table.set("headers", &mut connection.headers, header::read);
    table.set_some("rate", &mut connection.rate, Value::positive);
    table.set("collect_for", &mut connection.collect_for, Value::duration);
    connection.tasks = table.need("actions", tasks).unwrap_or_default();
    table.finish();
    Some(connection)
}

/// What a connection cannot be without.
fn identity(table: &mut Table<'_>) -> Option<Connection> {
    let name = table.need("name", |value| value.placed(Value::text)).unwrap_or_default();
    let connector = table.need("connector", |value| value.placed(Value::owned));
    let base_url = table.need("base_url", base_url).or_else(unread_url)?;
    let mut connection = Connection::new(name.value, "", base_url);
    connection.place = name.place;
    connection.connector = connector.unwrap_or_default();
    Some(connection)
}

fn base_url(value: Value<'_>) -> Option<Url> {
    let url = value.clone().url()?;
    if url.query().is_some() {
        return value.bad("no query (`?…`) here; a connector's requests bring their own");
    }
    Some(url)
}

fn origin(value: Value<'_>) -> Option<Origin> {
    let url = value.clone().url()?;
    if url.path() != "/" || url.query().is_some() {
        return value.bad("an origin has no path, as `https://ehr.example:8443`");
    }
    Some(url.origin())
}

/// A point in time as text or as TOML's own, or a span of time before the first poll.
fn since(value: Value<'_>) -> Option<Since> {
    let time = match value.tree() {
        DeValue::Datetime(time) => time.to_string(),
        _ => value.clone().text()?.to_owned(),
    };
    if let Ok(at) = time.parse::<Timestamp>() {
        return Some(Since::At(at));
    }
    match duration::parse(&time) {
        Ok(ago) => Some(Since::Ago(ago)),
        Err(_) => value
            .bad("write a time with its offset, as `2026-05-05T10:00:00Z`, or a span, as `30d`"),
    }
}

fn tasks(value: Value<'_>) -> Option<Vec<Task>> {
    let actions = value.table("the actions of a connection")?.entries();
    if actions.is_empty() {
        return value.refuse("a connection without actions is never polled");
    }
    Some(actions.into_iter().filter_map(task).collect())
}

fn task(value: Value<'_>) -> Option<Task> {
    let mut table = value.table("an action")?;
    let cadence = cadence(&mut table, value.key());
    let since = table.get("since", since);
    let late = table.get("late", Value::span);
    let sweep = table.get("sweep", sweep);
    let baseline = table.get("first", first).unwrap_or(false);
    let enabled = table.get("enabled", Value::boolean).unwrap_or(true);
    table.finish();
    let place = value.key_place();
    let task = Task::new(value.key(), cadence?);
    let late = late.unwrap_or(task.late);
    Some(Task { place, since, late, sweep, baseline, enabled, ..task })
}

/// When a listing is read beside a feed.
fn sweep(value: Value<'_>) -> Option<Cadence> {
    let mut table = value.table("a sweep")?;
    let cadence = cadence(&mut table, "sweep");
    table.finish();
    cadence
}

/// What is told of what is there before the first poll.
fn first(value: Value<'_>) -> Option<bool> {
    match value.clone().text()? {
        "baseline" => Some(true),
        "changes" => Some(false),
        _ => value.bad(
            "write `baseline`, for what is there to be remembered and told to nobody, or \
             `changes`, for it not to be read at all",
        ),
    }
}

/// Exactly one of an interval and a cron line.
fn cadence(table: &mut Table<'_>, action: &str) -> Option<Cadence> {
    let every = table.get("every", |value| Some(every(value)));
    let zone = table.get("time_zone", |value| value.placed(Value::text));
    let cron = table.get("cron", |value| Some(cron(&value, zone.as_ref())));
    if let (None, Some(zone)) = (&cron, &zone) {
        table.source.refuse(zone.place, "`time_zone` goes with `cron` only");
    }
    match (every, cron) {
        (Some(cadence), None) | (None, Some(cadence)) => return cadence,
        (Some(_), Some(_)) => table.refuse(format!("`{action}` has `every` or `cron`, not both")),
        (None, None) => table.refuse(format!(
            "`{action}` has no interval, and there is no default: \
             write every = \"10m\" or cron = \"0 6 * * *\""
        )),
    }
    None
}

fn every(value: Value<'_>) -> Option<Cadence> {
    match value.clone().duration()? {
        every if every < SHORTEST => {
            value.bad(format!("this must be at least {}", duration::Show(SHORTEST)))
        }
        every => Some(Cadence::Every(every)),
    }
}

fn cron(value: &Value<'_>, zone: Option<&Placed<&str>>) -> Option<Cadence> {
    let name = zone.map_or("UTC", |zone| zone.value);
    match CronLine::parse(value.clone().text()?, name) {
        Ok(line) => Some(Cadence::Cron(line)),
        Err(error @ cron::Error::TimeZone { .. }) => {
            let place = zone.map_or(value.place(), |zone| zone.place);
            value.source.refuse(place, error.to_string());
            None
        }
        Err(error) => value.refuse(error.to_string()),
    }
}
