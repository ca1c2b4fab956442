//! What was deleted, as the server's history tells it, where the settings want that.
//!
//! A search shows no trace of a deletion. So now and then, once a poll has read what changed, the
//! history of the type is read as well, the newest first, as far back as deletions are not known. It
//! is not believed more than it must be: what it calls deleted is looked up before anybody hears of
//! it, as it may stand again by now.

use rounds_sdk::{Change, ChangeKind, Context, Failure, Request, Response, Time};

use super::{Feed, Found, page::View};
use crate::{
    bundle::history::{Deletion, Entries},
    cursor::{DAY, Deletions, History, Pass, Position},
    instant::Moment,
    names, outcome,
    settings::Settings,
};

/// So long before the end of what was read the next reading begins: a deletion may be seen that much
/// later than its own time. In milliseconds.
const LATE: i64 = 10 * 60 * 1000;

/// What a user is told where there is none.
const WITHOUT: &str = "the EHR has no _history that can be read, though the settings want it: what \
    is deleted is found by a sweep, if one is configured";

/// What a user is told where only its first page can be read.
const ASTRAY: &str = "the EHR's _history cannot be read to its end, and what it doesn't show of \
    deletions is found by a sweep, if one is configured";

/// Where a search stands with deletions, if it asks for them: from about now on where that is not
/// known yet.
pub(super) fn deletions(
    context: &Context,
    settings: &Settings,
    position: &Position,
    view: &View<'_, '_>,
) -> Option<Deletions> {
    let is_wanted = settings.history > 0 && !context.listing;
    let known = || position.deletions.clone();
    let anew = || {
        let since = back(view.present(), if view.clock.is_some() { LATE } else { super::HOUR });
        asked_in(every(settings), view.now, since)
    };
    is_wanted.then(|| known().unwrap_or_else(anew))
}

/// How far apart the history is asked for, in milliseconds.
fn every(settings: &Settings) -> i64 {
    i64::from(settings.history) * 1000
}

/// Deletions of earlier times are known, and they are asked for so many milliseconds from now.
fn asked_in(millis: i64, now: Time, since: String) -> Deletions {
    Deletions { since, at: now.minus_millis(-millis).to_string() }
}

/// The position from which the history is read, where that is due as a poll ends.
pub(super) fn due(context: &Context, position: &Position) -> Option<Position> {
    let deletions = position.deletions.as_ref()?;
    let (at, now) = (Time::parse(&deletions.at).ok()?, Time::parse(&context.now).ok()?);
    if now.millis_since(at) < 0 {
        return None;
    }
    // Where this poll does not come to its end, another one does, and the next only searches.
    let deletions = Some(asked_in(super::AGAIN, now, deletions.since.clone()));
    let history = History { poll: context.now.clone(), until: None, next: None };
    Some(Position { deletions, ..position.passing(Pass::History(history)) })
}

pub(super) fn request(
    settings: &Settings,
    feed: &Feed,
    position: &Position,
    history: &History,
) -> Request {
    if let Some(next) = &history.next {
        return Request::get(next);
    }
    let since = position.deletions.as_ref().map(|deletions| deletions.since.as_str());
    Request::get(format!("{}/_history", feed.path()))
        .query("_since", since.unwrap_or_default())
        .query("_count", settings.page_size)
}

/// What a page of it says.
pub(super) fn read(
    context: &Context,
    settings: &Settings,
    feed: &Feed,
    position: &Position,
    history: &History,
    answer: &Response,
) -> Result<Found, Failure> {
    let now = Time::parse(&context.now)?;
    let Some(deletions) = &position.deletions else { return Ok(rests(position, None)) };
    let ask = || request(settings, feed, position, history);
    // Who has no history says so in many ways, and may have one some day.
    let is_without = (400..=501).contains(&answer.status) && answer.status != 429;
    let Some(page) =
        (if is_without { None } else { Entries::read(context, feed, outcome::ok(answer, ask)?)? })
    else {
        let mut found = rests(position, Some(asked_in(DAY, now, deletions.since.clone())));
        found.notices.push(format!("{WITHOUT}: status {}", answer.status));
        return Ok(found);
    };
    let clock = answer.header("date").and_then(Time::from_http);
    let until = history.until.clone().or_else(|| Some(back(clock.or(page.newest)?, LATE)));
    let since = Moment::parse(&deletions.since)?.time();
    let is_behind = page.is_empty || page.oldest.is_some_and(|oldest| oldest < since);
    let next = page.next.filter(|_| !is_behind);
    let first = format!("{}/_history", feed.path());
    let asked = position.asked().unwrap_or(&first);
    let next = match next.map(|next| page.names.follow(feed.resource, asked, &next)).transpose() {
        Ok(next) => next,
        Err(astray) => {
            let since = deletions.since.clone();
            let mut found = rests(position, Some(asked_in(every(settings), now, since)));
            found.changes = changes(feed, page.deletions);
            found.notices.push(format!("{ASTRAY}: {astray}"));
            return Ok(found);
        }
    };
    let mut found = match next {
        Some(next) if history.next.as_ref() == Some(&next) => {
            return Err(Failure::unexpected("a next link of a history that leads to its own page"));
        }
        Some(next) => {
            let history = History { until, next: Some(next), ..history.clone() };
            Found::nothing(position.passing(Pass::History(history)))
        }
        None => {
            let since = until.unwrap_or_else(|| deletions.since.clone());
            rests(position, Some(asked_in(every(settings), now, since)))
        }
    };
    found.changes = changes(feed, page.deletions);
    Ok(found)
}

/// The search is at rest, and deletions stand so.
fn rests(position: &Position, deletions: Option<Deletions>) -> Found {
    let mut found = Found::nothing(Position { deletions, ..position.resting(None) });
    found.more = false;
    found
}

/// A time before this, as servers are asked for it.
fn back(time: Time, millis: i64) -> String {
    Moment::second_of(time.minus_millis(millis)).text().to_owned()
}

fn changes(feed: &Feed, deletions: Vec<Deletion>) -> Vec<Change> {
    deletions.into_iter().map(|deletion| change(feed, deletion)).collect()
}

fn change(feed: &Feed, deletion: Deletion) -> Change {
    let path = names::path(feed.resource, &deletion.id);
    Change {
        id: feed.id(&deletion.id),
        kind: ChangeKind::Deleted,
        version: deletion.version,
        occurred_at: deletion.at,
        ..Change::upserted("", serde_json::json!({ "deleted": path }).to_string())
    }
}
