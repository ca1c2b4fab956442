//! The connector of the simulated EHR: a log that is read in pages, in the order of its times, and
//! whose entries may come late by less than [`OVERLAP`].
//!
//! Each pass begins the overlap before the newest time of the last. A pass that was interrupted
//! goes on where it stood, and the next one begins before it was begun, for what came late behind
//! its back. The EHR's clock is the host's here.

use std::marker::PhantomData;

use rounds_sdk::*;
use serde::{Deserialize, Serialize};

use crate::ACTION;

/// What it tells of entries with an even and with an odd place.
pub const EVENTS: [&str; 2] = ["Scheduling.New", "Scheduling.Modification"];

/// How late an entry may come, in milliseconds.
pub const OVERLAP: i64 = 120_000;

/// What tells one of these connectors from another.
pub trait Release {
    /// Its version.
    const VERSION: &'static str;

    /// Whether it cannot bear an entry.
    fn breaks_at(entry: &Entry) -> bool {
        let _ = entry;
        false
    }
}

/// The connector of a release.
pub struct Simulated<R>(PhantomData<R>);

/// An entry of the log.
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

#[derive(Deserialize)]
struct Answer {
    entries: Vec<Entry>,
    more: bool,
}

/// Where a pass stands.
struct Position {
    /// From when it reads.
    from: i64,
    /// When it was begun.
    begun: i64,
    /// The newest time that it has seen.
    newest: i64,
    /// The last entry that it has read.
    after: (i64, u64),
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    previous: Option<&'a str>,
    answers: Vec<&'a str>,
}

impl<R: Release> Connector for Simulated<R> {
    fn describe() -> Manifest {
        Manifest::new("simulated", R::VERSION, "A guest of the simulation")
            .action(Action::feed(ACTION, "The log", &EVENTS, 1))
            .requests(&["GET /log", "GET /key/*", "GET /record/*"])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let Position { from, after: (at, seq), .. } = Position::read(context, cursor)?;
        let request = Request::get("/log").query("from", from);
        Ok(request.query("at", at).query("seq", seq))
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let mut position = Position::read(context, cursor)?;
        if answer.status == 410 {
            return Err(Failure::CursorLost("status 410".into()));
        }
        let Answer { entries, more } = answer.ok()?.json()?;
        let mut changes = Vec::new();
        for entry in entries {
            assert!(!R::breaks_at(&entry), "an entry that this release cannot bear");
            position.newest = position.newest.max(entry.at);
            position.after = position.after.max((entry.at, entry.seq));
            changes.push(entry.change()?);
        }
        match more {
            true => Ok(Page::more(position.print(), changes)),
            false => Ok(Page::last(position.end(), changes)),
        }
    }

    fn collect(
        _: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let entry: Entry = serde_json::from_str(&change.data)
            .map_err(|_| Failure::Internal("a change's data is not its own".into()))?;
        let answers: Vec<_> =
            collected.iter().map(|it| it.ok()?.text()).collect::<Result<_, _>>()?;
        // What was cut short would be told as it is.
        if answers.iter().any(|it| !it.ends_with('.')) {
            return Err(Failure::unexpected("half a word"));
        }
        match answers.len() {
            0 => Ok(Step::Fetch(vec![Request::get(format!("/key/{}", entry.key))])),
            1 if entry.seq.is_multiple_of(3) => {
                Ok(Step::Fetch(vec![Request::get(format!("/record/{}", entry.record))]))
            }
            _ => {
                let told = Told { entry: &entry, previous: memo, answers };
                let event = if entry.seq.is_multiple_of(2) { EVENTS[0] } else { EVENTS[1] };
                Ok(Notification::new(event, &told)?.memo(entry.version.clone()).into())
            }
        }
    }
}

impl Position {
    fn read(context: &Context, cursor: Option<&str>) -> Result<Self, Failure> {
        let now = millis(&context.now)?;
        let Some(cursor) = cursor else {
            let since = millis(&context.since)?;
            return Ok(Self::beginning(now, since, since));
        };
        let numbers: Result<Vec<i64>, _> = cursor.split(' ').map(str::parse).collect();
        let numbers = numbers.map_err(|_| Failure::CursorLost("no cursor of this one".into()))?;
        match numbers[..] {
            [newest] => Ok(Self::beginning(now, newest - OVERLAP, newest)),
            [from, begun, newest, at, seq] => {
                Ok(Self { from, begun, newest, after: (at, seq.unsigned_abs()) })
            }
            _ => Err(Failure::CursorLost("no cursor of this connector".into())),
        }
    }

    fn beginning(begun: i64, from: i64, newest: i64) -> Self {
        Self { from, begun, newest, after: (from - 1, 0) }
    }

    fn print(&self) -> String {
        let Self { from, begun, newest, after: (at, seq) } = self;
        format!("{from} {begun} {newest} {at} {seq}")
    }

    /// Where the next pass begins from: never later than this one was begun.
    fn end(&self) -> String {
        self.newest.min(self.begun).to_string()
    }
}

impl Entry {
    fn change(&self) -> Result<Change, Failure> {
        let change = Change::json(&self.record, self)?;
        Ok(change.version(&self.version).key(&self.key))
    }
}

fn millis(time: &str) -> Result<i64, Failure> {
    Ok(Time::parse(time)?.millis_since(Time::parse("1970-01-01T00:00:00Z")?))
}
