//! Drives a connector natively, as the host does, with recorded exchanges in place of an EHR.
//!
//! ```no_run
//! # use rounds_sdk::{*, test::Harness};
//! # fn example<Lab: Connector>() -> Result<(), test::Error> {
//! let mut lab = Harness::<Lab>::new("results").answer(200, r#"{"ids":["7"],"until":"8"}"#);
//! let poll = lab.poll()?;
//! assert_eq!(poll.requests, ["GET /results?since=2026-01-01T00:00:00Z"]);
//! assert_eq!(poll.events(), [("7", "Results.New")]);
//! assert_eq!(poll.cursor, "8");
//! # Ok(())
//! # }
//! ```
//!
//! One [`Harness::poll`] is one poll of the host: pages until one says no `more`, then
//! `collect` for every change that says something new, and `moved_away` before it where its key is
//! another. The cursor, the memos and what was seen are kept for the next poll. What the host would
//! refuse is an error here as well: a request outside the manifest, an undeclared event, a page with
//! more to come that leaves the cursor where it was, and whatever is over a limit.

mod check;
mod error;
mod known;
mod scenario;
mod script;

use std::{collections::HashMap, marker::PhantomData};

use serde_json::Value;

use crate::{
    Change, ChangeKind, Connector, Context, Failure, Manifest, Notification, Page, Request,
    Response, Skipped, Step, Unreadable,
};
pub use error::Error;
use known::Known;
pub use scenario::play;
use script::Script;

/// Where every harness' connection stands unless it is told otherwise.
pub const BASE_URL: &str = "http://ehr.example/fhir";

/// A notification, with the record that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The record's id.
    pub record: String,
    /// Records of one key are told in order; `None` is the record's id.
    pub key: Option<String>,
    /// The record's version, where it has one.
    pub version: Option<String>,
    /// The event.
    pub event: String,
    /// The payload.
    pub payload: Value,
}

/// What one poll did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Poll {
    /// Every request that was sent, as `GET /Patient/7`: those of the poll, then those of
    /// `collect`, equal ones once.
    pub requests: Vec<String>,
    /// Every change of every page, those seen before included.
    pub changes: Vec<Change>,
    /// What was told, in order.
    pub notifications: Vec<Told>,
    /// What was passed over: the record's id, and why.
    pub skipped: Vec<(String, Skipped)>,
    /// What could not be read, and was not told before.
    pub unreadable: Vec<Unreadable>,
    /// What a user is told of the EHR, and was not told before.
    pub notices: Vec<String>,
    /// The cursor after the last page.
    pub cursor: String,
}

impl Poll {
    /// Record and event of each notification, in order.
    pub fn events(&self) -> Vec<(&str, &str)> {
        let told = self.notifications.iter();
        told.map(|told| (told.record.as_str(), told.event.as_str())).collect()
    }
}

/// A connection of one action of a connector, without a host.
pub struct Harness<C> {
    context: Context,
    manifest: Manifest,
    script: Script,
    cursor: Option<String>,
    /// Where the listing stands, which has a cursor of its own.
    listed: Option<String>,
    memos: HashMap<String, String>,
    known: Known,
    connector: PhantomData<C>,
}

impl<C: Connector> Harness<C> {
    /// Polls this action from 2026-01-01 on, at 2026-01-02, with empty settings.
    pub fn new(action: &str) -> Self {
        let context = Context {
            action: action.into(),
            settings: "{}".into(),
            base_url: BASE_URL.into(),
            since: "2026-01-01T00:00:00Z".into(),
            now: "2026-01-02T00:00:00Z".into(),
            ..Context::default()
        };
        Self {
            context,
            manifest: C::describe(),
            script: Script::default(),
            cursor: None,
            listed: None,
            memos: HashMap::new(),
            known: Known::default(),
            connector: PhantomData,
        }
    }

    /// Sets the connection's settings.
    #[must_use]
    pub fn settings(mut self, settings: &Value) -> Self {
        self.context.settings = settings.to_string();
        self
    }

    /// Sets the connection's base URL.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        self.context.base_url = url.into();
        self
    }

    /// Sets the further origins that the connection may ask by whole URL.
    #[must_use]
    pub fn allow_origins(mut self, origins: Vec<String>) -> Self {
        self.context.allow_origins = origins;
        self
    }

    /// Sets from when changes are wanted while there is no cursor.
    #[must_use]
    pub fn since(mut self, since: &str) -> Self {
        self.context.since = since.into();
        self
    }

    /// Answers the next request of a poll that nothing else answers, whatever it asks.
    #[must_use]
    pub fn answer(mut self, status: u16, body: impl Into<String>) -> Self {
        self.script.next(Response::new(status, body));
        self
    }

    /// Answers this request, as `GET /Patient/7`, as often as it is sent.
    #[must_use]
    pub fn on(mut self, request: &str, status: u16, body: impl Into<String>) -> Self {
        self.script.on(request, Response::new(status, body));
        self
    }

    /// Adds recorded exchanges: a JSON list of `{"request": "GET /…", "status": 200,
    /// "headers": {…}, "sends": …, "body": …}`. A missing status is 200; a `body` that is a string is
    /// taken as it is, any other as JSON. Each answers one request, or with `"always": true`
    /// as many as there are.
    ///
    /// # Errors
    /// [`Error::Refused`] where the text is no such list.
    pub fn exchanges(mut self, recorded: &str) -> Result<Self, Error> {
        self.script.record(recorded)?;
        Ok(self)
    }

    /// Moves the host's clock.
    pub fn now(&mut self, now: &str) -> &mut Self {
        self.context.now = now.into();
        self
    }

    /// Sets the cursor, as a restart with a stored one would.
    pub fn cursor(&mut self, cursor: &str) -> &mut Self {
        self.cursor = Some(cursor.into());
        self
    }

    /// Has the next polls read the whole listing, with its own cursor, or no more.
    pub fn listing(&mut self, listing: bool) -> &mut Self {
        self.context.listing = listing;
        self
    }

    /// Has the next polls tell nobody, or somebody again.
    pub fn silent(&mut self, silent: bool) -> &mut Self {
        self.context.silent = silent;
        self
    }

    /// Has the next polls leave out what the EHR refuses, or no more.
    pub fn last_try(&mut self, last_try: bool) -> &mut Self {
        self.context.last_try = last_try;
        self
    }

    /// One poll, to its end. After an error, the pages before it stay committed.
    ///
    /// # Errors
    /// The connector's failure, a request without an answer, or what a host would refuse.
    pub fn poll(&mut self) -> Result<Poll, Error> {
        check::listing(&self.manifest, &self.context)?;
        let mut poll = Poll::default();
        for _ in 0..check::PAGES {
            let page = self.page(&mut poll)?;
            let more = page.more;
            self.commit(page, &mut poll);
            if !more {
                self.collect_all(&mut poll)?;
                return Ok(poll);
            }
        }
        Err(Error::Refused(format!("more than {} pages", check::PAGES)))
    }

    /// Asks for one page, and reads it.
    fn page(&mut self, poll: &mut Poll) -> Result<Page, Error> {
        let cursor = self.place().clone();
        let cursor = cursor.as_deref();
        let request = C::poll(&self.context, cursor).map_err(failed("poll"))?;
        let name = check::request(&self.manifest, &self.context, &request)?;
        let answer = self.script.answer(&name, &request)?;
        poll.requests.push(name);
        let page = C::changes(&self.context, cursor, &answer).map_err(failed("changes"))?;
        check::page(cursor, &page)?;
        Ok(page)
    }

    /// Where what is read now stands.
    fn place(&mut self) -> &mut Option<String> {
        if self.context.listing { &mut self.listed } else { &mut self.cursor }
    }

    fn commit(&mut self, page: Page, poll: &mut Poll) {
        poll.cursor.clone_from(&page.cursor);
        *self.place() = Some(page.cursor);
        poll.changes.extend(page.changes);
        let unreadable = page.unreadable.into_iter();
        poll.unreadable.extend(unreadable.filter(|it| self.known.is_new(it)));
        poll.notices.extend(page.notices.into_iter().filter(|it| self.known.is_news(it)));
    }

    fn collect_all(&mut self, poll: &mut Poll) -> Result<(), Error> {
        let mut answers = HashMap::new();
        for change in poll.changes.clone() {
            let news = self.known.news(change).into_iter();
            // Of what nobody hears of, nobody hears that it moved.
            let is_silent = self.context.silent;
            for change in news.filter(|it| !is_silent || it.kind != ChangeKind::MovedAway) {
                self.collect(&change, &mut answers, poll)?;
            }
        }
        Ok(())
    }

    fn collect(
        &mut self,
        change: &Change,
        answers: &mut HashMap<String, Response>,
        poll: &mut Poll,
    ) -> Result<(), Error> {
        let (call, collect): (_, Collect) = match change.kind {
            ChangeKind::MovedAway => ("moved_away", C::moved_away),
            ChangeKind::Upserted | ChangeKind::Deleted => ("collect", C::collect),
        };
        let mut collected = Vec::new();
        for _ in 0..=check::STEPS {
            let memo = self.memos.get(&change.id).map(String::as_str);
            let step = collect(&self.context, change, memo, &collected);
            match step.map_err(failed(call))? {
                Step::Fetch(requests) => {
                    check::step(&requests)?;
                    for request in &requests {
                        collected.push(self.fetch(request, answers, poll)?);
                    }
                }
                Step::Notify(notification) => return self.told(change, notification, poll),
                Step::Skip(skipped) => {
                    self.passed_over(change, skipped, poll);
                    return Ok(());
                }
            }
        }
        Err(Error::Refused(format!("more than {} steps to collect a change", check::STEPS)))
    }

    /// The answer to one request; equal ones of a poll are sent once.
    fn fetch(
        &mut self,
        request: &Request,
        answers: &mut HashMap<String, Response>,
        poll: &mut Poll,
    ) -> Result<Response, Error> {
        let name = check::request(&self.manifest, &self.context, request)?;
        if let Some(answer) = answers.get(&name) {
            return Ok(answer.clone());
        }
        let answer = self.script.answer_to(&name, request)?;
        poll.requests.push(name.clone());
        answers.insert(name, answer.clone());
        Ok(answer)
    }

    fn told(
        &mut self,
        change: &Change,
        notification: Notification,
        poll: &mut Poll,
    ) -> Result<(), Error> {
        let payload = check::notification(&self.manifest, &self.context.action, &notification)?;
        self.memos.remove(&change.id);
        self.remember(change, notification.memo);
        let Change { id: record, key, version, .. } = change.clone();
        let event = notification.event;
        if !self.context.silent {
            poll.notifications.push(Told { record, key, version, event, payload });
        }
        Ok(())
    }

    fn passed_over(&mut self, change: &Change, skipped: Skipped, poll: &mut Poll) {
        self.remember(change, skipped.memo.clone());
        if !self.context.silent {
            poll.skipped.push((change.id.clone(), skipped));
        }
    }

    fn remember(&mut self, change: &Change, memo: Option<String>) {
        self.memos.extend(memo.map(|memo| (change.id.clone(), memo)));
    }
}

/// What collects a change.
type Collect = fn(&Context, &Change, Option<&str>, &[Response]) -> Result<Step, Failure>;

fn failed(call: &'static str) -> impl FnOnce(Failure) -> Error {
    move |failure| Error::Failed { call, failure }
}
