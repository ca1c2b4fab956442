//! Asking what changed, so that nothing is lost.
//!
//! A *pass* asks for everything from some time on, oldest first. One that fits a page is whole in
//! itself: one answer is one state of the server. One that doesn't *walks*: each page is asked for
//! anew, from the last time seen, so that nobody moves out of sight while it reads. That is right
//! only where the server sorts, which is proven once, by asking for the newest first. Of any
//! other server, and where more records share one time than a page holds, *rounds* follow links
//! to their end, until one is known to have read all.
//!
//! `since` moves only over what was read whole, and never beyond the server's own clock. While
//! its time may still gain siblings it is asked for again, then what comes after it: an idle poll
//! is one request with an empty answer. What comes late is the host's: it asks again from older
//! cursors.

mod history;
mod page;
mod round;
mod walk;

use rounds_sdk::{Change, Context, Failure, Page, Request, Response, Time, Unreadable};

use self::page::View;
use crate::{
    bundle::Bundle,
    cursor::{self, Pass, Position, Round},
    instant::Moment,
    outcome,
    settings::Settings,
};

/// What a search is bound by.
const BOUND: &str = "_lastUpdated";

/// The most records that are ever asked for at once.
const LARGEST: u64 = 1_000;

/// So many records are asked for at least where a server's order is to be proven.
const PROOF: u64 = 20;

/// How far the server's clock may be behind the host's before a first poll minds, in
/// milliseconds: `Date` is cut to the second.
const SKEW: i64 = 1_000;

/// How much further back a first poll begins where it minds: an answer is later than its question.
const LATENCY: i64 = 10_000;

/// How far back a search looks after its first page where the server doesn't say what time it is,
/// and after any where its clock was put back.
const HOUR: i64 = 60 * 60 * 1000;

/// What led nowhere is looked into again after so long, in milliseconds.
const AGAIN: i64 = 60 * 1000;

/// What an action searches.
pub(crate) struct Feed {
    /// The resource type.
    pub(crate) resource: &'static str,
    /// What `_include` asks for, where the settings want it.
    pub(crate) include: &'static [&'static str],
    /// Whether ids are told with their type, as an action has more than one.
    pub(crate) typed_ids: bool,
    /// Whether records of one page are asked about together, so that each knows of the others.
    pub(crate) asks_together: bool,
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
    /// What cannot be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// What a user should know.
    pub(crate) notices: Vec<String>,
    /// Where the search stands now.
    pub(crate) position: Position,
    /// Whether there is more to ask.
    pub(crate) more: bool,
}

impl Found {
    /// Nothing yet: the search goes on from here.
    fn nothing(position: Position) -> Self {
        let (changes, unreadable, notices) = (Vec::new(), Vec::new(), Vec::new());
        Self { changes, unreadable, notices, position, more: true }
    }

    /// The page of an action whose cursor is this.
    pub(crate) fn page(self, cursor: String, more: bool) -> Page {
        let Self { changes, unreadable, notices, .. } = self;
        Page { changes, unreadable, notices, cursor, more }
    }
}

/// What follows a page.
enum Next {
    /// Another one.
    More(Position),
    /// Nothing: the search rests here.
    Rest(Position),
    /// Nothing, though nobody knows whether all was read: it stands where it stood.
    Unproven(Position),
}

/// The next request of an action with one search.
pub(crate) fn poll(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    cursor: Option<&str>,
) -> Result<Request, Failure> {
    let position = cursor::parse(context, cursor, Position::first)?;
    request(context, settings, feed, &position)
}

/// What the answer to it says.
pub(crate) fn changes(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    cursor: Option<&str>,
    answer: &Response,
) -> Result<Page, Failure> {
    let position = cursor::parse(context, cursor, Position::first)?;
    let found = read(context, settings, feed, &position, answer)?;
    let (cursor, more) = (cursor::print(&found.position)?, found.more);
    Ok(found.page(cursor, more))
}

/// The next request of a search that stands here.
pub(crate) fn request(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    position: &Position,
) -> Result<Request, Failure> {
    let position = &position.of_poll(context);
    let (mut from, mut sort) = (position.since.clone(), "_lastUpdated");
    match &position.pass {
        Some(Pass::Round(Round { next: Some(next), .. })) => {
            return Ok(fresh(Request::get(next)));
        }
        Some(Pass::History(history)) => {
            return Ok(fresh(history::request(settings, feed, position, history)));
        }
        Some(Pass::Walk(walk)) if walk.at.is_some() => from.clone_from(&walk.at),
        Some(Pass::Beyond(beyond)) => {
            from = Some(Moment::parse(&beyond.newest)?.next().text().to_owned());
        }
        Some(Pass::Proof(_)) => sort = "-_lastUpdated",
        _ => {}
    }
    let request = Request::get(feed.path());
    let request = match from {
        Some(from) => request.query(BOUND, format!("ge{from}")),
        None => request,
    };
    let request = request.query("_sort", sort).query("_count", count(settings, position));
    let request = if position.uncounted { request } else { request.query("_total", "accurate") };
    let include = if settings.include { feed.include } else { &[] };
    Ok(fresh(include.iter().fold(request, |request, what| request.query("_include", what))))
}

/// How many records the next page is to have.
fn count(settings: &Settings, position: &Position) -> u64 {
    let usual = u64::from(settings.page_size);
    match &position.pass {
        Some(Pass::Walk(walk)) => walk.count.unwrap_or(usual),
        Some(Pass::Round(round)) => round.count.unwrap_or(usual),
        Some(Pass::Proof(_)) => usual.max(PROOF),
        _ => usual,
    }
}

/// FHIR in JSON, by whichever name the server has for that.
pub(crate) fn fhir(request: Request) -> Request {
    request.header("accept", "application/fhir+json, application/json;q=0.9")
}

/// FHIR as it is now: some servers answer a search from an older one otherwise.
fn fresh(request: Request) -> Request {
    fhir(request).header("cache-control", "no-cache")
}

/// What the answer to a search says that stands here.
pub(crate) fn read(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    position: &Position,
    answer: &Response,
) -> Result<Found, Failure> {
    let position = &position.of_poll(context);
    if let Some(Pass::History(history)) = &position.pass {
        return history::read(context, settings, feed, position, history, answer);
    }
    if let Some((position, notice)) = otherwise(context, settings, position, answer) {
        let notices = notice.map(str::to_owned).into_iter().collect();
        return Ok(Found { notices, ..Found::nothing(position) });
    }
    if matches!(answer.status, 204 | 205) {
        return nothing_said(context, position);
    }
    let ask = || request(context, settings, feed, position).unwrap_or(Request::get(feed.path()));
    let mut bundle = Bundle::read(context, feed, outcome::ok(answer, ask)?)?;
    if position.coarse {
        bundle.count_in_seconds();
    }
    let asked = position.asked().map_or_else(|| feed.path(), str::to_owned);
    let next = bundle.next.as_deref();
    let next = next.map(|next| bundle.pages.follow(feed.resource, &asked, next));
    let view = View::new(context, (position, count(settings, position)), &bundle, next, answer)?;
    let begins = position.begins;
    let deletions = history::deletions(context, settings, position, &view);
    let position = &Position { begins: false, deletions, ..position.clone() };
    if let (true, Some(behind)) = (begins, view.behind()) {
        let since = Time::parse(&context.since)?.minus_millis(behind + LATENCY);
        let since = Some(Moment::second_of(since).text().to_owned());
        let mut found = Found::nothing(Position { since, ..position.clone() });
        found.notices = view.notices(position);
        return Ok(found);
    }
    if let Some(since) = view.put_back() {
        let since = Some(Moment::second_of(since).text().to_owned());
        let mut found =
            Found::nothing(Position { since, deletions: None, ..position.resting(None) });
        found.notices = vec![page::PUT_BACK.into()];
        return Ok(found);
    }
    if let Some(minute) = view.within_a_minute(position) {
        return Ok(Found::nothing(position.resting(Some(minute))));
    }
    let mut found = Found::nothing(position.clone());
    found.notices = view.notices(position);
    follow(&mut found, context, advance(position, &view)?)?;
    if matches!(position.pass, Some(Pass::Beyond(_))) && found.position.stuck.is_none() {
        found.notices.push(page::MISCOUNTS.into());
    }
    if begins && view.clock.is_none() {
        let since = Time::parse(&context.since)?.minus_millis(HOUR);
        let since = Some(Moment::second_of(since).text().to_owned());
        found.position = Position { since, pass: None, ..found.position };
        found.more = true;
    }
    // What the proof of an order shows comes again, in its own.
    if !matches!(position.pass, Some(Pass::Proof(_))) {
        found.changes = bundle.changes(feed, |record| view.is_asked_for(record));
        found.unreadable = bundle.unreadable;
    }
    if !found.more
        && let Some(position) = history::due(context, &found.position)
    {
        (found.position, found.more) = (position, true);
    }
    Ok(found)
}

/// What follows an answer that says that it has no body: nothing changed as far as anybody can tell,
/// and nothing was read.
fn nothing_said(context: &Context, position: &Position) -> Result<Found, Failure> {
    if context.listing {
        return Err(Failure::unexpected("a listing was answered without a body: nothing is known"));
    }
    let mut found = Found::nothing(position.resting(None));
    (found.notices, found.more) = (vec![page::WITHOUT_BODY.into()], false);
    Ok(found)
}

/// How to go on where the server refuses what was asked, and something else may do; and what a user
/// should know of that.
fn otherwise(
    context: &Context,
    settings: &Settings,
    position: &Position,
    answer: &Response,
) -> Option<(Position, Option<&'static str>)> {
    if !matches!(answer.status, 400 | 404 | 410 | 422 | 501) {
        return None;
    }
    match &position.pass {
        Some(Pass::Round(round)) if round.next.is_some() => {
            let again = round::again(round, count(settings, position), context);
            Some((position.passing(Pass::Round(again)), None))
        }
        Some(Pass::Proof(_)) => Some((position.passing(Pass::Round(Round::default())), None)),
        _ if !matches!(answer.status, 400 | 422 | 501) => None,
        _ => {
            let is_about_time = outcome::is_named(answer.text().unwrap_or_default(), BOUND);
            match (position.in_seconds(), position.uncounted) {
                (Some(coarse), uncounted) if uncounted || is_about_time => {
                    Some((coarse, Some(page::COARSE)))
                }
                (_, false) => Some((Position { uncounted: true, ..position.clone() }, None)),
                (_, true) => None,
            }
        }
    }
}

fn advance(position: &Position, view: &View<'_, '_>) -> Result<Next, Failure> {
    match &position.pass {
        None => walk::step(position, &cursor::Walk::default(), view),
        Some(Pass::Walk(walk)) => walk::step(position, walk, view),
        Some(Pass::Proof(proof)) => walk::judge(position, proof, view),
        Some(Pass::Beyond(beyond)) => walk::beyond(position, beyond, view),
        Some(Pass::Round(round)) => round::step(position, round, view),
        Some(Pass::History(_)) => Ok(Next::Rest(position.resting(None))),
    }
}

fn follow(found: &mut Found, context: &Context, next: Next) -> Result<(), Failure> {
    (found.position, found.more) = match next {
        Next::More(position) => (position, true),
        Next::Rest(position) => (position, false),
        // Whoever was not seen in it would count as gone.
        Next::Unproven(_) if context.listing => {
            return Err(Failure::CursorLost("the listing moved while it was read".into()));
        }
        Next::Unproven(position) => {
            found.notices.push(page::UNPROVEN.into());
            (position, false)
        }
    };
    Ok(())
}

/// Whether something led nowhere so short a time ago that it need not be looked into again.
fn was_lately(at: Option<&str>, now: Time) -> bool {
    let at = at.and_then(|at| Time::parse(at).ok());
    at.is_some_and(|at| (0..AGAIN).contains(&now.millis_since(at)))
}
