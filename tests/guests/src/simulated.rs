//! The connector of the simulated EHRs, which have logs and a queue.
//!
//! Whatever an instance of it was told before stands in all that it asks and tells: see `seen`.

mod log;
mod queue;
mod seen;

use std::marker::PhantomData;

use rounds_sdk::*;
use serde::{Deserialize, Serialize};

use self::{log::Position, seen::seen};
use crate::ACTION;

/// What it tells of entries with an even and with an odd place.
pub const EVENTS: [&str; 2] = ["Scheduling.New", "Scheduling.Modification"];

/// The action whose entries are handed out once.
pub const QUEUE: &str = "arrivals";

const OTHER: &str = "orders";

/// What tells one of these connectors from another.
pub trait Release {
    /// Its version.
    const VERSION: &'static str;

    /// Whether it cannot bear an entry.
    fn breaks_at(entry: &Entry) -> bool {
        let _ = entry;
        false
    }

    /// Whether it leaves out every other entry of a page, until it fails at the last page.
    const IS_BLIND: bool = false;
}

/// The connector of a release.
pub struct Simulated<R>(PhantomData<R>);

/// An entry of a log.
#[derive(Deserialize, Serialize)]
pub struct Entry {
    /// Its place among those of one time.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What changed.
    pub record: String,
    /// To what.
    pub version: String,
    /// What orders it among others, if the EHR says.
    pub key: Option<String>,
    /// Whether it cannot be read.
    pub odd: bool,
}

/// A page of a log or a queue.
#[derive(Deserialize)]
struct Answer {
    /// The EHR's own time.
    now: i64,
    entries: Vec<Entry>,
    more: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    previous: Option<&'a str>,
    /// Whether it is told to those who knew it under the key that it had.
    moved: bool,
    answers: Vec<&'a str>,
    seen: String,
}

impl<R: Release> Connector for Simulated<R> {
    fn describe() -> Manifest {
        let queue = Action::feed(QUEUE, "The queue", &EVENTS, 1);
        Manifest::new("simulated", R::VERSION, "A guest of the simulation")
            .action(Action::feed(ACTION, "A log", &EVENTS, 1))
            .action(Action::feed(OTHER, "Another", &EVENTS, 1))
            .action(queue.detection(Detection::ConsumingFeed))
            .auth(&["none", "oauth2-client-credentials"])
            .requests(&["GET /log/*", "GET /queue", "GET /key/*", "GET /record/*"])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let request = match context.action.as_str() {
            QUEUE => queue::ask(context),
            action => Position::read(context, cursor)?.ask(action),
        };
        Ok(request.query("seen", seen(context)))
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        seen(context);
        if answer.status == 410 {
            return Err(Failure::CursorLost("status 410".into()));
        }
        let mut page: Answer = answer.ok()?.json()?;
        assert!(!R::IS_BLIND || page.more, "a page that this release cannot bear");
        if R::IS_BLIND {
            page.entries.retain(|entry| entry.seq.is_multiple_of(2));
        }
        assert!(!page.entries.iter().any(R::breaks_at), "an entry that this release cannot bear");
        match context.action.as_str() {
            QUEUE => queue::read(context, cursor, &page),
            _ => Position::read(context, cursor)?.pass(&page),
        }
    }

    fn collect(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let seen = seen(context);
        let ask = |path: String| Ok(Step::Fetch(vec![Request::get(path).query("seen", &seen)]));
        let entry = Entry::of(change)?;
        let answers: Vec<_> =
            collected.iter().map(|it| word(context, it)).collect::<Result<_, _>>()?;
        // What was cut short would be told as it is.
        if answers.iter().any(|it| !it.ends_with('.')) {
            return Err(Failure::unexpected("half a word"));
        }
        match answers.len() {
            0 => ask(format!("/key/{}", entry.key.as_deref().unwrap_or(&entry.record))),
            1 if entry.seq.is_multiple_of(3) => ask(format!("/record/{}", entry.record)),
            _ => {
                let told = Told { entry: &entry, previous: memo, moved: false, answers, seen };
                let told = Notification::new(entry.event(), &told)?;
                Ok(told.memo(entry.version.clone()).into())
            }
        }
    }

    fn moved_away(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        _: &[Response],
    ) -> Result<Step, Failure> {
        let (entry, seen) = (Entry::of(change)?, seen(context));
        let answers = Vec::new();
        let told = Told { entry: &entry, previous: None, moved: true, answers, seen };
        let told = Notification::new(entry.event(), &told)?;
        // Of the change that follows, it is what was told before.
        Ok(match memo {
            Some(memo) => told.memo(memo).into(),
            None => told.into(),
        })
    }
}

/// What the EHR answered; at the last try, what it refuses is left out.
fn word<'a>(context: &Context, answer: &'a Response) -> Result<&'a str, Failure> {
    match answer.ok() {
        // It ends as a word of the EHR's does.
        Err(_) if context.last_try => Ok("left out."),
        answer => answer?.text(),
    }
}

impl Entry {
    /// That of a change, with the key that it has by then.
    fn of(change: &Change) -> Result<Self, Failure> {
        let entry: Self = serde_json::from_str(&change.data)
            .map_err(|_| Failure::Internal("a change's data is not its own".into()))?;
        Ok(Self { key: change.key.clone(), ..entry })
    }

    fn event(&self) -> &'static str {
        if self.seq.is_multiple_of(2) { EVENTS[0] } else { EVENTS[1] }
    }

    fn change(&self) -> Result<Change, Failure> {
        let change = Change::json(&self.record, self)?;
        let change = change.version(&self.version).content(&self.version);
        let change = Change { key: self.key.clone(), ..change };
        Ok(change.occurred_at(log::written(self.at)?))
    }

    fn unreadable(&self) -> Result<Unreadable, Failure> {
        let data = Change::json(&self.record, self)?.data;
        let (place, id) = (format!("entry {}", self.seq), Some(self.record.clone()));
        Ok(Unreadable { place, id, reason: "it is odd".into(), data })
    }
}

impl Answer {
    /// What its entries say, and which of them cannot be read.
    fn read(&self) -> Result<(Vec<Change>, Vec<Unreadable>), Failure> {
        let (odd, even): (Vec<_>, Vec<_>) = self.entries.iter().partition(|entry| entry.odd);
        let changes = even.into_iter().map(Entry::change).collect::<Result<_, _>>()?;
        let unreadable = odd.into_iter().map(Entry::unreadable).collect::<Result<_, _>>()?;
        Ok((changes, unreadable))
    }
}
