//! Rounds: links are followed to their end, until a round is known to have read all.
//!
//! That is known once two rounds of pages of different sizes read the same: whatever lets a record
//! slip was read in one and not in the other, and an order that depends on where a page begins lets
//! others slip. That there were as many as the server counts says nothing: where one slips, another
//! comes twice.

use rounds_sdk::{Context, Failure, Time, hash};

use super::{Next, page::View, walk};
use crate::{
    bundle::Record,
    cursor::{Beyond, Pass, Position, Round, Short, Walk},
    instant::{Moment, latest},
};

/// Rounds after which a pass ends, even if no two read the same.
const ROUNDS: u32 = 4;

/// How often the page a link leads to may be gone before that is an error.
const RESTARTS: u32 = 8;

/// So many pages without a record, one after another, are an error as well.
const EMPTY: u32 = 100;

/// What changed so shortly before a round may have changed within it, as the clock of a server's
/// answers need not be that of its records. In milliseconds.
const MARGIN: i64 = 60 * 1000;

/// What follows a page of a round.
pub(super) fn step(
    position: &Position,
    round: &Round,
    view: &View<'_, '_>,
) -> Result<Next, Failure> {
    let mut round = round.clone();
    let is_back = is_back(&round, view);
    if round.next.is_none() {
        if view.is_all() {
            return Ok(Next::Rest(position.resting(view.after(view.newest(view.times())))));
        }
        if view.next().is_none() {
            return single(position, &round, view);
        }
        if is_gone(&round, view) {
            return Err(Failure::unexpected(
                "next links lead nowhere: to pages that are gone, or on and on without an end",
            ));
        }
        begin(&mut round, view);
    }
    if !is_shown_again(&round, view) {
        take(&mut round, position, view)?;
    }
    let view = &whole(&round, view);
    let is_behind = round.ties && is_behind(&round, view)?;
    if view.astray().is_some() && !is_behind {
        return walk::blind(position, view);
    }
    if view.next().is_some() && (is_back || is_endless(&round)) {
        let nowhere = spent(&round, round.count, view.now.to_string());
        return Ok(Next::More(position.passing(Pass::Round(nowhere))));
    }
    if let Some(next) = view.next().filter(|_| !is_behind) {
        round.next = Some(next.clone());
        round.first.get_or_insert(hash([next.as_str()]));
        return Ok(Next::More(position.passing(Pass::Round(round))));
    }
    end(position, round, view)
}

/// A round that is one page, though that is not all.
fn single(position: &Position, round: &Round, view: &View<'_, '_>) -> Result<Next, Failure> {
    if view.may_grow() {
        let round = Round { count: Some(view.grown()), ..round.clone() };
        return Ok(Next::More(position.passing(Pass::Round(round))));
    }
    walk::blind(position, view)
}

/// Whether a page that a link led to is one that was read in this round, where nothing more is
/// counted than was read: some lead from their last page to itself, or to the first.
fn is_shown_again(round: &Round, view: &View<'_, '_>) -> bool {
    let is_last = is_own(round, view) && round.last == Some(page(view));
    is_counted(round, view) && (is_back(round, view) || is_last)
}

/// Whether a page that a link led to leads to itself.
fn is_own(round: &Round, view: &View<'_, '_>) -> bool {
    view.next().is_some() && view.next() == round.next.as_ref()
}

/// Whether a page that a link led to leads to where the first one led.
fn is_back(round: &Round, view: &View<'_, '_>) -> bool {
    let leads = view.next().map(|next| hash([next.as_str()]));
    leads.is_some() && leads == round.first && !is_own(round, view)
}

/// Whether as many were read in the round as the server counts.
fn is_counted(round: &Round, view: &View<'_, '_>) -> bool {
    round.total.or(view.total).is_some_and(|total| round.seen >= total)
}

/// A page without its link where all that are counted were read, and the page is empty, or the link
/// leads to it itself, back, or away; where they were not, one that leads to itself leads nowhere.
fn whole<'v, 'a>(round: &Round, view: &View<'v, 'a>) -> View<'v, 'a> {
    let (is_own, is_back) = (is_own(round, view), is_back(round, view));
    match is_counted(round, view) {
        true if is_own || is_back || view.is_empty() || view.astray().is_some() => {
            view.with_next(None)
        }
        false if is_own => view.with_next(Some(Err("a next link leads to its own page".into()))),
        _ => view.with_next(view.link().cloned()),
    }
}

/// What a page shows, as one number.
fn page(view: &View<'_, '_>) -> u64 {
    let states = view.bundle.records.iter().map(|it| hash([&*it.id, it.version.as_str()]));
    states.fold(view.shown(), u64::wrapping_add)
}

/// Whether links were followed a moment ago, and led nowhere.
fn is_gone(round: &Round, view: &View<'_, '_>) -> bool {
    super::was_lately(round.gone.as_deref(), view.now)
}

/// Whether links lead on without a record, or over the same ones again.
fn is_endless(round: &Round) -> bool {
    let much = round.total.map(|total| total.saturating_mul(4).saturating_add(1_000));
    round.empty >= EMPTY || much.is_some_and(|much| round.seen > much)
}

/// A round that led nowhere, to be begun anew after a while.
fn spent(round: &Round, count: Option<u64>, at: String) -> Round {
    Round {
        count,
        ties: round.ties,
        miscounted: round.miscounted,
        gone: Some(at),
        ..Round::default()
    }
}

fn begin(round: &mut Round, view: &View<'_, '_>) {
    round.gone = None;
    round.count = Some(view.count);
    round.total = view.total;
    let clock = view.clock.map(|clock| clock.minus_millis(if round.ties { 0 } else { MARGIN }));
    if round.ties || round.rounds == 0 {
        round.until = clock.map(|clock| clock.to_string());
    }
}

/// Adds up what a page shows.
fn take(round: &mut Round, position: &Position, view: &View<'_, '_>) -> Result<(), Failure> {
    let until = round.until.as_deref().map(Time::parse).transpose()?;
    let mut newest = round.newest.as_deref().map(Moment::parse).transpose()?;
    let is_listing = position.since.is_none();
    round.most = round.most.max(view.shown());
    for record in &view.bundle.records {
        let id = hash([&*record.id]);
        round.passed |= !is_tie(record, view);
        round.seen += 1;
        let is_old = is_until(record, until);
        if is_listing {
            round.sum = round.sum.wrapping_add(id);
        } else if if round.ties { is_tie(record, view) } else { is_old } {
            let state = hash([&*record.id, record.version.as_str()]);
            round.sum = round.sum.wrapping_add(state);
        }
        if is_old {
            newest = latest(newest, view.newest(record.time.iter()).cloned());
        }
    }
    round.empty = if view.is_empty() { round.empty + 1 } else { 0 };
    round.last = Some(page(view));
    // What cannot be read.
    round.seen += view.shown() - view.bundle.records.len() as u64;
    round.newest = newest.map(|newest| newest.text().to_owned());
    Ok(())
}

fn is_until(record: &Record, until: Option<Time>) -> bool {
    match (&record.time, until) {
        (Some(time), Some(until)) => time.time() <= until,
        _ => true,
    }
}

fn is_tie(record: &Record, view: &View<'_, '_>) -> bool {
    let since = view.since.as_ref().map(Moment::time);
    record.time.as_ref().map(Moment::time) <= since
}

/// Whether the page is behind all that have the time asked for. What changed since the round began
/// says nothing of that: it may stand where it stood before.
fn is_behind(round: &Round, view: &View<'_, '_>) -> Result<bool, Failure> {
    let until = round.until.as_deref().map(Time::parse).transpose()?;
    let (Some(until), Some(since)) = (until, &view.since) else { return Ok(false) };
    let is_old = |time: &Moment| time.next().time() <= until;
    Ok(view.times().any(|time| time.time() > since.time() && is_old(time)))
}

/// What follows the end of a round.
fn end(position: &Position, round: Round, view: &View<'_, '_>) -> Result<Next, Failure> {
    let newest = round.newest.as_deref().map(Moment::parse).transpose()?;
    let total = round.total.filter(|_| !round.miscounted);
    let is_short = view.next().is_none() && total.is_some_and(|total| round.seen < total);
    if is_short
        && position.stuck.is_none()
        && let (Some(said), Some(newest)) = (view.total, &newest)
    {
        return Ok(Next::More(position.passing(Pass::Beyond(Beyond {
            newest: newest.text().to_owned(),
            of: Short { shown: round.seen, said },
            rest: view.after(Some(newest)).map(|rest| rest.text().to_owned()),
            round: Some(Round { next: None, ..round }),
        }))));
    }
    if !is_short && round.before == Some(round.sum) {
        return Ok(proven(position, &round, view, newest.as_ref()));
    }
    if round.rounds + 1 >= ROUNDS {
        return Ok(Next::Unproven(position.resting(None)));
    }
    Ok(Next::More(position.passing(Pass::Round(another(&round)))))
}

/// What follows a round whose count is known to be wrong by now.
pub(super) fn miscounted(position: &Position, round: &Round, rest: Option<Moment>) -> Next {
    if round.before == Some(round.sum) {
        return Next::Rest(position.resting(rest));
    }
    let next = Round { miscounted: true, ..another(round) };
    Next::More(position.passing(Pass::Round(next)))
}

fn proven(
    position: &Position,
    round: &Round,
    view: &View<'_, '_>,
    newest: Option<&Moment>,
) -> Next {
    match &view.since {
        // Its time is over, and all that have it were read.
        Some(since) if round.ties && round.passed => {
            let since = Some(since.next().text().to_owned());
            let pass = Pass::Walk(Walk { clock: view.clock_text(), ..Walk::default() });
            Next::More(Position { since, pass: Some(pass), ..position.clone() })
        }
        since if round.ties => Next::Rest(position.resting(view.after(since.as_ref()))),
        _ => Next::Rest(position.resting(view.after(newest))),
    }
}

/// How many records the pages of the next round are to have, so that they begin at other places:
/// more, or where no more are shown fewer.
fn other(round: &Round) -> Option<u64> {
    let is_as_asked = |count: &u64| *count < super::LARGEST && round.most >= *count;
    let more = round.count.filter(is_as_asked).map(|count| (count * 2).min(super::LARGEST));
    more.or_else(|| Some((round.most - round.most / 3).max(1)))
}

/// The next round.
fn another(round: &Round) -> Round {
    Round {
        count: other(round),
        ties: round.ties,
        miscounted: round.miscounted,
        until: round.until.clone().or_else(|| round.newest.clone()),
        before: Some(round.sum),
        rounds: round.rounds + 1,
        restarts: round.restarts,
        ..Round::default()
    }
}

/// The same round from its beginning and in larger pages, where the one that a link led to is gone,
/// as servers keep the results of a search for a while only. Where that was so too often, what the
/// next page shows is told, and then it is an error.
pub(super) fn again(round: &Round, count: u64, context: &Context) -> Round {
    let count = Some(count.saturating_mul(2).min(super::LARGEST));
    if round.restarts >= RESTARTS {
        return spent(round, count, context.now.clone());
    }
    Round {
        count,
        ties: round.ties,
        miscounted: round.miscounted,
        until: round.until.clone(),
        before: round.before,
        rounds: round.rounds,
        restarts: round.restarts + 1,
        ..Round::default()
    }
}
