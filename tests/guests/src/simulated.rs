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
    /// What orders it among others.
    pub key: String,
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
        let entry: Entry = serde_json::from_str(&change.data)
            .map_err(|_| Failure::Internal("a change's data is not its own".into()))?;
        let answers: Vec<_> =
            collected.iter().map(|it| it.ok()?.text()).collect::<Result<_, _>>()?;
        // What was cut short would be told as it is.
        if answers.iter().any(|it| !it.ends_with('.')) {
            return Err(Failure::unexpected("half a word"));
        }
        match answers.len() {
            0 => ask(format!("/key/{}", entry.key)),
            1 if entry.seq.is_multiple_of(3) => ask(format!("/record/{}", entry.record)),
            _ => {
                let told = Told { entry: &entry, previous: memo, answers, seen };
                let event = if entry.seq.is_multiple_of(2) { EVENTS[0] } else { EVENTS[1] };
                Ok(Notification::new(event, &told)?.memo(entry.version.clone()).into())
            }
        }
    }
}

impl Entry {
    fn change(&self) -> Result<Change, Failure> {
        let change = Change::json(&self.record, self)?;
        let change = change.version(&self.version).content(&self.version).key(&self.key);
        Ok(change.occurred_at(log::written(self.at)?))
    }
}
