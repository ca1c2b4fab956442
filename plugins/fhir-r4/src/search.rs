//! Asking what changed, so that nothing is lost.
//!
//! A *pass* asks for everything from some time on, oldest first. One that fits a page is whole
//! in itself: one answer is one state of the server. One that doesn't must not follow links
//! blindly, as servers that page by offset skip a record whenever one of an earlier page
//! changes. So a pass *walks* by time: each page is asked for anew, from the last time seen.
//!
//! That is right only where the server sorts, and its `total` is the proof: whoever passes
//! over a record sees fewer than there were. No total, a page out of order, fewer records than
//! there were, or more of one time than a page holds make it a *sweep*: it follows links to
//! their end, again and again until two rounds read the same.
//!
//! `since` moves only when a pass came to its end, to the newest time that it saw. Until that
//! has been known for as long as the `overlap`, the time before it is read again, for what the
//! server commits late. What is read twice is told once: the host knows ids and versions.

mod pass;

use rounds_sdk::{Change, Context, Failure, Page, Request, Response, Time, link};

use crate::{
    bundle::Bundle,
    cursor::{self, AHEAD, Pass, Position},
    instant,
    settings::Settings,
};

/// The longest next link that a cursor takes up, in bytes.
const LONGEST_LINK: usize = 8 * 1024;

/// How far the server's clock may be behind the host's before a first poll minds, in
/// milliseconds: `Date` is rounded to the second.
const SKEW: i64 = 2_000;

/// What an action searches.
pub(crate) struct Feed {
    /// The resource type.
    pub(crate) resource: &'static str,
    /// What `_include` asks for, where the settings want it.
    pub(crate) include: &'static [&'static str],
    /// Whether ids are told with their type, as an action has more than one.
    pub(crate) typed_ids: bool,
}

impl Feed {
    /// A record's id, as changes give it.
    pub(crate) fn id(&self, id: &str) -> String {
        if self.typed_ids { format!("{}/{id}", self.resource) } else { id.to_owned() }
    }

    fn path(&self) -> String {
        format!("/{}", self.resource)
    }
}

/// What one answer brought.
pub(crate) struct Found {
    /// What changed.
    pub(crate) changes: Vec<Change>,
    /// Where the search stands now; it has more to ask while a pass is under way.
    pub(crate) position: Position,
}

impl Found {
    /// Whether to ask on at once.
    pub(crate) fn more(&self) -> bool {
        self.position.pass.is_some()
    }
}

/// The next request of an action with one search.
pub(crate) fn poll(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    cursor: Option<&str>,
) -> Result<Request, Failure> {
    let position = cursor::parse(context, cursor, Position::first)?;
    request(settings, feed, &position)
}

/// What the answer to it says.
pub(crate) fn changes(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    cursor: Option<&str>,
    answer: &Response,
) -> Result<Page, Failure> {
    if let Some(since) = first_since(context, cursor, answer) {
        return Ok(Page::more(cursor::print(&Position::first(&since))?, []));
    }
    let position = cursor::parse(context, cursor, Position::first)?;
    let found = read(context, settings, feed, &position, answer)?;
    let (more, cursor) = (found.more(), cursor::print(&found.position)?);
    Ok(Page { more, ..Page::last(cursor, found.changes) })
}

/// The next request of a search that stands here.
pub(crate) fn request(
    settings: &Settings,
    feed: &Feed,
    position: &Position,
) -> Result<Request, Failure> {
    let from = match &position.pass {
        Some(Pass::Sweep(sweep)) => match &sweep.next {
            Some(next) => return Ok(accept_fhir(Request::get(next))),
            None => format!("ge{}", sweep.from),
        },
        Some(Pass::Walk(walk)) => format!("ge{}", walk.at),
        None if position.after => format!("gt{}", position.since),
        None => format!("ge{}", lower_bound(settings, position)?),
    };
    let request = Request::get(feed.path())
        .query("_lastUpdated", from)
        .query("_sort", "_lastUpdated")
        .query("_count", settings.page_size);
    let include = if settings.include { feed.include } else { &[] };
    Ok(accept_fhir(include.iter().fold(request, |request, what| request.query("_include", what))))
}

/// What the answer to a search says that stands here.
pub(crate) fn read(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    position: &Position,
    answer: &Response,
) -> Result<Found, Failure> {
    if let Some(sweep) = pass::next_is_gone(position, answer)? {
        return Ok(Found { changes: Vec::new(), position: position.passing(Pass::Sweep(sweep)) });
    }
    let bundle = Bundle::read(feed, &context.base_url, answer)?;
    let next = match &bundle.next {
        None => None,
        Some(next) if next.len() > LONGEST_LINK => {
            return Err(Failure::unexpected(format!("a next link of {} bytes", next.len())));
        }
        Some(next) => Some(link::resolve(&context.base_url, &feed.path(), next)?),
    };
    let ceiling = instant::minus(&context.now, -AHEAD)?;
    let page = pass::Page { bundle: &bundle, next, ceiling };
    let from = lower_bound(settings, position)?;
    let position = match pass::advance(position, &from, &page)? {
        pass::Advance::Pass(pass) => position.passing(pass),
        pass::Advance::Whole { newest, sweeping } => {
            rest(context, settings, position, &newest, sweeping)?
        }
    };
    Ok(Found { changes: bundle.changes(feed, &context.base_url), position })
}

/// Where a search rests whose pass came to its end.
fn rest(
    context: &Context,
    settings: &Settings,
    position: &Position,
    newest: &str,
    sweeping: bool,
) -> Result<Position, Failure> {
    let position = Position { pass: None, ..position.clone() };
    if instant::later(newest, &position.since)? {
        let (since, fresh) = (newest.to_owned(), Some(context.now.clone()));
        let earliest = earliest(settings, &since)?;
        let start = position.start.filter(|start| instant::later(start, &earliest).unwrap_or(true));
        return Ok(Position { since, fresh, start, after: false, pass: None });
    }
    match &position.fresh {
        Some(fresh) if has_settled(context, settings, fresh)? => {
            Ok(Position { fresh: None, start: None, after: sweeping, ..position })
        }
        _ => Ok(position),
    }
}

/// Whether what was first seen at `fresh` has been known for longer than the overlap: what a
/// server commits late has been committed before the poll of `now` began.
fn has_settled(context: &Context, settings: &Settings, fresh: &str) -> Result<bool, Failure> {
    let known = Time::parse(&context.now)?.millis_since(Time::parse(fresh)?);
    Ok(known > i64::from(settings.overlap) * 1000)
}

/// From when a pass begins.
fn lower_bound(settings: &Settings, position: &Position) -> Result<String, Failure> {
    if position.fresh.is_none() {
        return Ok(position.since.clone());
    }
    let earliest = earliest(settings, &position.since)?;
    match &position.start {
        Some(start) if instant::later(start, &earliest)? => Ok(start.clone()),
        _ => Ok(earliest),
    }
}

/// How far the overlap reaches back.
fn earliest(settings: &Settings, since: &str) -> Result<String, Failure> {
    match settings.overlap {
        0 => Ok(since.to_owned()),
        seconds => instant::minus(since, i64::from(seconds) * 1000),
    }
}

/// From when a first poll has to ask by the server's clock, where that is behind the host's:
/// otherwise what changes in the first minutes would seem to be older than the connection.
pub(crate) fn first_since(
    context: &Context,
    cursor: Option<&str>,
    answer: &Response,
) -> Option<String> {
    if cursor.is_some() {
        return None;
    }
    let date = Time::from_http(answer.header("date")?)?;
    let behind = Time::parse(&context.now).ok()?.millis_since(date);
    let since = Time::parse(&context.since).ok()?;
    (behind > SKEW).then(|| since.minus_millis(behind).to_string())
}

fn accept_fhir(request: Request) -> Request {
    request.header("accept", "application/fhir+json")
}
