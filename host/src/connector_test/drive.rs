//! Polls one action of a connector as a host would, with someone else in place of the EHR.
//!
//! One [`Drive::poll`] is one poll of the host: pages until one says no `more`, then `collect` for
//! every change that says something new, behind one that tells of a key that the record had before.
//! Cursors, memos and what was seen stay for the next poll. What a host would refuse ends the poll
//! here as well, by the host's own rules.

mod collect;
mod outcome;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::Value;
use url::{Origin, Url};

use self::collect::Waiting;
pub use self::outcome::{Asked, Polled, Purpose, Skipped, Stopped, Told, Why};
use super::known::Known;
use crate::{
    check, connection,
    connector::{Connector, Context, Fault, Guest, Limit, Mode, Page, Request, Spent},
    egress::{self, Response, Rules},
    identity::{self, RecordKey},
    model::TaskId,
};

/// The connection that a connector seems to be polled for.
const CONNECTION: &str = "test";

/// What a user would have configured.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The action polled.
    pub action: String,
    /// The connection's settings.
    pub settings: Value,
    /// The connection's base URL.
    pub base_url: Url,
    /// Further origins that it may ask by whole URL.
    pub allow_origins: Vec<Origin>,
    /// From when changes are wanted while there is no cursor.
    pub since: Timestamp,
}

/// Who answers in place of an EHR.
pub trait Ehr: Send {
    /// The answer to a request that a host would have sent.
    ///
    /// # Errors
    /// Why there is none, in words for the connector's author. The poll ends there.
    fn answer(&mut self, asked: &Asked) -> Result<Response, String>;
}

/// A connection of one action of a connector, without a host.
pub struct Drive {
    connector: Connector,
    setup: Setup,
    task: TaskId,
    rules: Option<Rules>,
    /// Why a host would not even start.
    problem: Option<String>,
    mode: Mode,
    cursor: Option<String>,
    /// Where the listing stands.
    listed: Option<String>,
    memos: HashMap<RecordKey, String>,
    known: Known,
    /// Committed and not told yet, as collecting them failed.
    waiting: Vec<Waiting>,
    spent: Spent,
    is_candid: bool,
}

impl Drive {
    /// A connection that has never been polled.
    pub fn new(connector: &Connector, setup: Setup) -> Self {
        let limits = connector.limits();
        Self {
            rules: Rules::new(
                (&setup.base_url, &setup.allow_origins),
                connector.requests(),
                limits.answer_body,
            ),
            problem: problem(connector, &setup),
            task: TaskId { connection: CONNECTION.into(), action: setup.action.as_str().into() },
            connector: connector.clone(),
            setup,
            mode: Mode::default(),
            cursor: None,
            listed: None,
            memos: HashMap::new(),
            known: Known::default(),
            waiting: Vec::new(),
            spent: Spent::default(),
            is_candid: false,
        }
    }

    /// Has the connector speak as it does, whatever it quotes: where nobody's data are answered, or
    /// where who looks may see them.
    #[must_use]
    pub fn candid(self) -> Self {
        Self { is_candid: true, ..self }
    }

    /// What its guests have cost so far.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    /// Has the next polls differ from the usual ones: in silence, for the last time, or through the
    /// listing, which has a cursor of its own.
    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Where the next poll starts.
    pub fn cursor(&self) -> Option<&str> {
        if self.mode.listing { self.listed.as_deref() } else { self.cursor.as_deref() }
    }

    fn stands(&mut self) -> &mut Option<String> {
        if self.mode.listing { &mut self.listed } else { &mut self.cursor }
    }

    /// Has the next poll start elsewhere, as `rounds cursor set` does.
    pub fn set_cursor(&mut self, cursor: Option<String>) {
        *self.stands() = cursor;
    }

    /// What the last notification of a record left.
    pub fn memo(&self, record: &str) -> Option<&str> {
        self.memos.get(&identity::record(&self.task, record)).map(String::as_str)
    }

    /// One poll, to its end. What a page brought before a fault stays committed, and what could
    /// not be collected is tried again first thing in the next poll.
    ///
    /// # Errors
    /// Why it ended early, with what happened until then.
    pub async fn poll(&mut self, now: Timestamp, ehr: &mut dyn Ehr) -> Result<Polled, Stopped> {
        let mut polled = Polled::default();
        let ended = self.run(now, ehr, &mut polled).await;
        polled.cursor = self.cursor().unwrap_or_default().to_owned();
        match ended {
            Ok(()) => Ok(polled),
            Err(why) => Err(Stopped { why, until: Box::new(polled) }),
        }
    }

    async fn run(
        &mut self,
        now: Timestamp,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<(), Why> {
        if let Some(problem) = &self.problem {
            return Err(Why::Refused(problem.clone()));
        }
        let action = self.connector.manifest().action(&self.setup.action);
        if self.mode.listing && !action.is_some_and(|action| action.lists) {
            let refused = format!("`{}` does not say that it lists", self.setup.action);
            return Err(Why::Refused(refused));
        }
        let left = std::mem::take(&mut self.waiting);
        let first = self.collect(left, ehr, polled).await;
        if matches!(first, Err(Why::NoAnswer(_))) {
            return first;
        }
        let mut found = Vec::new();
        let read = self.pages(now, ehr, polled, &mut found).await;
        if matches!(read, Err(Why::NoAnswer(_))) {
            return read;
        }
        let told = self.collect(found, ehr, polled).await;
        first.and(read).and(told)
    }

    async fn pages(
        &mut self,
        now: Timestamp,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
        found: &mut Vec<Waiting>,
    ) -> Result<(), Why> {
        let mut guest = self.guest(now, self.mode).await?;
        let read = self.read(&mut guest, now, ehr, polled, found).await;
        self.spent += guest.spent();
        read
    }

    async fn read(
        &mut self,
        guest: &mut Guest,
        now: Timestamp,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
        found: &mut Vec<Waiting>,
    ) -> Result<(), Why> {
        let mut passed = HashSet::new();
        let limit = self.connector.limits().poll_pages;
        for number in 1..=limit {
            let page = self.page(guest, ehr, polled).await?;
            let stands = self.cursor() == Some(page.cursor.as_str());
            if page.more && (stands || !passed.insert(page.cursor.clone())) {
                return Err(Why::Refused(format!(
                    "page {number} says that there is more, from a cursor where the poll was before"
                )));
            }
            let more = page.more;
            self.commit(page, now, polled, found);
            if !more {
                return Ok(());
            }
        }
        Err(Fault::Limit(Limit::PollPages(limit)).into())
    }

    async fn page(
        &mut self,
        guest: &mut Guest,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<Page, Why> {
        let request = guest.poll(self.cursor()).await;
        polled.log.extend(guest.take_log());
        let answer = self.ask(Purpose::Poll, &request?, ehr, polled)?;
        let page = guest.changes(self.cursor(), &answer).await;
        polled.log.extend(guest.take_log());
        Ok(page?)
    }

    fn commit(
        &mut self,
        page: Page,
        began: Timestamp,
        polled: &mut Polled,
        found: &mut Vec<Waiting>,
    ) {
        polled.pages += 1;
        *self.stands() = Some(page.cursor);
        let mode = self.mode;
        let (known, task) = (&mut self.known, &self.task);
        let news = page.changes.iter().flat_map(|it| known.news(task, mode, it.clone()));
        found.extend(news.map(|change| Waiting { change, began, mode }));
        polled.changes.extend(page.changes);
        let unreadable = page.unreadable.into_iter();
        polled.unreadable.extend(unreadable.filter(|it| self.known.is_new(it)));
        polled.notices.extend(page.notices.into_iter().filter(|it| self.known.is_news(it)));
    }

    /// The answer to a request that a host would send.
    fn ask(
        &self,
        purpose: Purpose,
        request: &Request,
        ehr: &mut dyn Ehr,
        polled: &mut Polled,
    ) -> Result<Response, Why> {
        let Request { method, target, headers, body } = request.clone();
        let asked = Asked {
            text: format!("{method} {}", self.relative(&target)),
            of: purpose,
            body: body.clone(),
            headers: headers.clone(),
        };
        let judged = self
            .rules
            .as_ref()
            .map(|rules| rules.judge(&egress::Request { method, target, headers, body }).map(drop));
        if let Some(Err(refusal)) = judged {
            return Err(Why::Unsent { asked: asked.text, refusal: refusal.to_string() });
        }
        polled.asked.push(asked.clone());
        let answer = ehr.answer(&asked).map_err(Why::NoAnswer)?;
        let limit = self.connector.limits().answer_body;
        match answer.body.len() {
            size if size > limit => {
                Err(Why::Refused(format!("an answer of {size} bytes, where {limit} are the most")))
            }
            _ => Ok(answer),
        }
    }

    /// A target as it is, but relative to the base URL where it is a whole URL under it.
    fn relative<'t>(&self, target: &'t str) -> &'t str {
        let base = self.setup.base_url.as_str().trim_end_matches('/');
        match target.strip_prefix(base) {
            Some(rest) if rest.starts_with(['/', '?']) => rest,
            _ => target,
        }
    }

    async fn guest(&self, now: Timestamp, mode: Mode) -> Result<Guest, Fault> {
        let context = Context {
            task: self.task.clone(),
            settings: self.setup.settings.to_string(),
            base_url: self.setup.base_url.as_str().trim_end_matches('/').to_owned(),
            allow_origins: connection::origins(&self.setup.allow_origins),
            since: self.setup.since,
            now,
            mode,
        };
        let guest = Guest::new(&self.connector, &context, false).await?;
        Ok(if self.is_candid { guest.candid() } else { guest })
    }
}

/// What the host's check of a configuration would say.
fn problem(connector: &Connector, setup: &Setup) -> Option<String> {
    let manifest = connector.manifest();
    if manifest.action(&setup.action).is_none() {
        let known: Vec<_> = manifest.actions.iter().map(|action| action.name.as_str()).collect();
        let (name, action) = (&manifest.name, &setup.action);
        return Some(format!("`{name}` has no action `{action}`; it has: {}", known.join(", ")));
    }
    if Rules::new((&setup.base_url, &[]), &Arc::default(), 0).is_none() {
        return Some("the base URL must be http or https, without user and password".into());
    }
    let wrong = check::wrong_settings(manifest, &setup.settings);
    let words: Vec<_> = wrong.into_iter().map(|it| it.what).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
