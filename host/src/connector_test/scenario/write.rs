//! A scenario as text, as its author would lay it out.

use std::{fs, io, path::Path};

use super::{Encoded, Exchange, Headers, Notification, Odd, Poll, Scenario, Skip};
use crate::connector_test::json::Json;

/// Entries of an object, of which some are not there.
type Entries = Vec<(&'static str, Option<Json>)>;

impl Scenario {
    /// Writes its file anew, in one step.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let draft = file.with_extension(format!("{}.draft", std::process::id()));
        fs::write(&draft, self.text())?;
        fs::rename(&draft, file)
    }

    /// Its text: what has its default and need not be said is not.
    pub fn text(&self) -> String {
        let polls = self.polls.iter().map(poll).collect();
        let mut text = object(vec![
            ("about", some_text(&self.about)),
            ("action", Some(Json::text(&self.action))),
            ("settings", self.settings.clone()),
            ("base_url", self.base_url.as_ref().map(Json::text)),
            ("allow_origins", some(self.allow_origins.iter().map(Json::text))),
            ("since", self.since.map(|since| Json::text(since.to_string()))),
            ("polls", Some(Json::List(polls))),
        ])
        .pretty();
        text.push('\n');
        text
    }
}

fn poll(poll: &Poll) -> Json {
    object(vec![
        ("now", poll.now.map(|now| Json::text(now.to_string()))),
        ("listing", set(poll.listing)),
        ("silent", set(poll.silent)),
        ("last_try", set(poll.last_try)),
        ("exchanges", some(poll.exchanges.iter().map(exchange))),
        ("cursor", poll.cursor.as_ref().map(Json::text)),
        ("notifications", some(poll.notifications.iter().map(notification))),
        ("skipped", some(poll.skipped.iter().map(skip))),
        ("unreadable", some(poll.unreadable.iter().map(odd))),
        ("notices", some(poll.notices.iter().map(Json::text))),
        ("fails", poll.fails.as_ref().map(|fails| Json::text(fails.to_string()))),
    ])
}

fn exchange(exchange: &Exchange) -> Json {
    let status = Json::Number(exchange.status.to_string());
    object(vec![
        ("request", Some(Json::text(&exchange.request))),
        ("sends", exchange.sends.clone()),
        ("status", Some(status).filter(|_| exchange.status != super::ok())),
        ("request_headers", headers(&exchange.request_headers)),
        ("headers", headers(&exchange.headers)),
        ("body", exchange.body.clone()),
        ("body_bytes", exchange.body_bytes.as_ref().map(encoded)),
    ])
}

fn headers(Headers(headers): &Headers) -> Option<Json> {
    let entries = headers.iter().map(|(name, value)| (name.as_str(), Json::text(value)));
    (!headers.is_empty()).then(|| Json::table(entries))
}

fn encoded(bytes: &Encoded) -> Json {
    Json::table([("base64", Json::text(&bytes.base64))])
}

fn notification(told: &Notification) -> Json {
    object(vec![
        ("record", Some(Json::text(&told.record))),
        ("event", Some(Json::text(&told.event))),
        ("key", told.key.as_ref().map(Json::text)),
        ("version", told.version.as_ref().map(Json::text)),
        ("data", told.data.clone()),
    ])
}

fn skip(skip: &Skip) -> Json {
    object(vec![
        ("record", Some(Json::text(&skip.record))),
        ("reason", skip.reason.as_ref().map(Json::text)),
    ])
}

fn odd(odd: &Odd) -> Json {
    object(vec![
        ("place", Some(Json::text(&odd.place))),
        ("id", odd.id.as_ref().map(Json::text)),
        ("reason", odd.reason.as_ref().map(Json::text)),
    ])
}

fn set(is_set: bool) -> Option<Json> {
    is_set.then_some(Json::Bool(true))
}

fn object(entries: Entries) -> Json {
    let there = entries.into_iter().filter_map(|(key, value)| Some((key, value?)));
    Json::table(there)
}

fn some(items: impl Iterator<Item = Json>) -> Option<Json> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then_some(Json::List(items))
}

fn some_text(text: &str) -> Option<Json> {
    (!text.is_empty()).then(|| Json::text(text))
}
