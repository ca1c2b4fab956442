//! An EHR that lists its records, which the guests `snapshot` and `lists` know.
//!
//! `GET /list?from=` answers a page of all records with where the next begins, `GET
//! /changes?since=7` what changed after change 7, but for what it hides.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{Running, eventually, listener, serve};

/// Records on a page.
const PAGE: usize = 4;

/// A running register. A cheap handle.
#[derive(Clone)]
pub(super) struct Register {
    address: Arc<str>,
    books: Arc<Mutex<Books>>,
    /// The page whose answer waits.
    withheld: watch::Sender<Option<String>>,
}

/// What it holds, in the order of ids.
#[derive(Default)]
pub(super) struct Books {
    changes: u64,
    records: BTreeMap<String, Record>,
    /// Where its pages began that were asked for.
    listed: Vec<String>,
    /// A page that cannot be had, and the status that says so.
    broken: Option<(String, StatusCode)>,
    /// Stands on each page once more.
    repeated: Option<String>,
    /// What stands among the records of each page.
    stray: Option<Value>,
    /// Whether its third page leads back to the second.
    circles: bool,
}

struct Record {
    version: u64,
    /// When it changed, by its own clock.
    at: Timestamp,
    changed: u64,
    is_hidden: bool,
}

#[derive(Deserialize)]
struct From {
    from: String,
}

#[derive(Deserialize)]
struct Since {
    since: u64,
}

impl Register {
    /// A register with records of these numbers, as long as the answer lives.
    pub(super) async fn start(numbers: impl Iterator<Item = u32>) -> Running<Self> {
        let listener = listener().await;
        let address = format!("http://{}", listener.local_addr().unwrap()).into();
        let register = Self { address, books: Arc::default(), withheld: watch::Sender::default() };
        register.change(|books| numbers.for_each(|number| books.put(&id(number))));
        let router = Router::new()
            .route("/list", get(list))
            .route("/changes", get(changes))
            .with_state(register.clone());
        serve(register, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        })
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.address
    }

    /// Changes it in one step.
    pub(super) fn change(&self, change: impl FnOnce(&mut Books)) {
        change(&mut self.books());
    }

    /// Where the pages began that it was asked for since it was asked this last.
    pub(super) fn listed(&self) -> Vec<String> {
        std::mem::take(&mut self.books().listed)
    }

    /// Keeps the answer of the page that begins there, or of none.
    pub(super) fn withhold(&self, from: Option<&str>) {
        self.withheld.send_replace(from.map(Into::into));
    }

    /// Waits until it was asked for the page that begins there.
    pub(super) async fn wait_for_page(&self, from: &str) {
        let asked = async || self.books().listed.iter().any(|it| it == from).then_some(());
        let story = async || format!("{:?}", self.books().listed);
        eventually(&format!("page {from}"), asked, story).await;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    /// A record is new, or changed.
    pub(super) fn put(&mut self, id: &str) {
        self.changes += 1;
        let version = self.records.get(id).map_or(1, |record| record.version + 1);
        let (at, changed) = (Timestamp::now(), self.changes);
        self.records.insert(id.into(), Record { version, at, changed, is_hidden: false });
    }

    /// As [`Books::put`], an hour ago by its own clock, and what changed does not say so.
    pub(super) fn put_hidden(&mut self, id: &str) {
        self.put(id);
        let record = self.records.get_mut(id).unwrap();
        (record.at, record.is_hidden) = (record.at - Duration::from_secs(60 * 60), true);
    }

    /// A record is gone.
    pub(super) fn remove(&mut self, id: &str) {
        self.records.remove(id).unwrap();
    }

    /// Another system answers: with as many records, none of which has an id from before.
    pub(super) fn become_another(&mut self) {
        let records = std::mem::take(&mut self.records);
        self.records = records.into_iter().map(|(id, it)| (format!("other-{id}"), it)).collect();
    }

    /// Every record is gone; answers them.
    pub(super) fn clear(&mut self) -> Kept {
        Kept(std::mem::take(&mut self.records))
    }

    /// They are back.
    pub(super) fn restore(&mut self, kept: Kept) {
        self.records = kept.0;
    }

    /// The page that begins there cannot be had, as a status says.
    pub(super) fn break_page(&mut self, from: &str, status: u16) {
        self.broken = Some((from.into(), StatusCode::from_u16(status).unwrap()));
    }

    /// All pages can be had.
    pub(super) fn mend_page(&mut self) {
        self.broken = None;
    }

    /// A record stands on each page once more.
    pub(super) fn repeat(&mut self, id: &str) {
        self.repeated = Some(id.into());
    }

    /// This stands among the records of each page.
    pub(super) fn stray(&mut self, stray: Value) {
        self.stray = Some(stray);
    }

    /// Its third page leads back to the second, or not.
    pub(super) fn circle(&mut self, circles: bool) {
        self.circles = circles;
    }

    fn told<'r>(&self, records: impl Iterator<Item = (&'r String, &'r Record)>) -> Vec<Value> {
        let told = records.map(|(id, Record { version, at, .. })| {
            json!({ "id": id, "version": version, "at": at.to_string() })
        });
        told.collect()
    }
}

/// Records that are gone for a while.
pub(super) struct Kept(BTreeMap<String, Record>);

/// The id of a record, so that ids are in the order of numbers.
pub(super) fn id(number: u32) -> String {
    format!("{number:03}")
}

async fn list(State(register): State<Register>, Query(From { from }): Query<From>) -> Response {
    register.books().listed.push(from.clone());
    let mut withheld = register.withheld.subscribe();
    drop(withheld.wait_for(|page| page.as_ref() != Some(&from)).await);
    let books = register.books();
    if let Some((_, status)) = books.broken.as_ref().filter(|(page, _)| *page == from) {
        return status.into_response();
    }
    let rest: Vec<_> = books.records.range(from.clone()..).collect();
    let page = |number: usize| books.records.keys().nth(number * PAGE);
    let next = match books.circles && page(2) == Some(&from) {
        true => page(1),
        false => rest.get(PAGE).map(|(id, _)| *id),
    };
    let repeated = books.repeated.as_ref().and_then(|id| books.records.get_key_value(id));
    let mut records = books.told(rest.iter().take(PAGE).copied().chain(repeated));
    records.extend(books.stray.clone());
    Json(json!({ "records": records, "next": next })).into_response()
}

async fn changes(
    State(register): State<Register>,
    Query(Since { since }): Query<Since>,
) -> Response {
    let books = register.books();
    let changed = books.records.iter().filter(|(_, it)| it.changed > since && !it.is_hidden);
    Json(json!({ "records": books.told(changed), "until": books.changes })).into_response()
}
