//! Walks: each page is asked for anew, from the last time seen.

use rounds_sdk::{Failure, Time};

use super::{Next, page::View, round};
use crate::{
    cursor::{Beyond, Pass, Position, Proof, Round, Short, Walk},
    instant::Moment,
};

/// So many different times in order, oldest first and then newest first, are no chance.
const SURELY: usize = 5;

/// So many have to do of a server that leads nowhere.
const LIKELY: usize = 3;

/// What follows a page of a walk, or the first of a pass.
pub(super) fn step(position: &Position, walk: &Walk, view: &View<'_, '_>) -> Result<Next, Failure> {
    if view.is_all() {
        return Ok(Next::Rest(position.resting(view.after(view.newest(view.times())))));
    }
    let before = walk.clock.as_deref().and_then(|clock| Time::parse(clock).ok());
    let Some(times) = view.in_order(before) else {
        return elsewhere(&Position { sorts: false, ..position.clone() }, walk, view, false);
    };
    let asked = match &walk.at {
        Some(at) => Some(Moment::parse(at)?),
        None => view.since.clone(),
    };
    let Some(at) = onward(&times, asked.as_ref(), view) else {
        let ties = position.sorts && walk.at.is_none() && !times.is_empty();
        return elsewhere(position, walk, view, ties);
    };
    if position.sorts {
        return Ok(Next::More(go_on(position, &at, view)));
    }
    let needed = if view.next().is_some() { SURELY } else { LIKELY };
    match different(times.iter().map(|time| time.time())) >= needed {
        true => {
            let (at, clock) = (at.text().to_owned(), view.clock_text());
            Ok(Next::More(position.passing(Pass::Proof(Proof { at, clock, needed }))))
        }
        false => elsewhere(position, walk, view, false),
    }
}

/// How many different times there are, of times in order.
fn different(times: impl Iterator<Item = Time>) -> usize {
    let mut times: Vec<Time> = times.collect();
    times.dedup();
    times.len()
}

/// From when the next page is asked for, where that is a step forward.
fn onward(times: &[&Moment], asked: Option<&Moment>, view: &View<'_, '_>) -> Option<Moment> {
    let is_later = |time: &&Moment| asked.is_none_or(|asked| time.time() > asked.time());
    let later = || times.iter().copied().filter(|time| is_later(time));
    let latest = view.latest();
    let beyond = || later().filter(|time| time.time() <= latest).max_by_key(|time| time.time());
    let last = view.newest(later()).or_else(beyond)?;
    let back = last.step_back();
    Some(if is_later(&&back) { back } else { last.clone() })
}

/// The walk from there: what it asks for may be later than the server's clock, `since` is not.
fn go_on(position: &Position, at: &Moment, view: &View<'_, '_>) -> Position {
    let clock = view.clock_text();
    let text = at.text().to_owned();
    let (since, at) = match at.time() <= view.ceiling {
        true => (Some(text), None),
        false => (position.since.clone(), Some(text)),
    };
    let pass = Some(Pass::Walk(Walk { clock, at, count: None }));
    Position { since, pass, ..position.clone() }
}

/// What follows a page from which a walk cannot go on: a larger one, its link, or what is beyond.
pub(super) fn elsewhere(
    position: &Position,
    walk: &Walk,
    view: &View<'_, '_>,
    ties: bool,
) -> Result<Next, Failure> {
    if view.may_grow() {
        let count = Some(view.grown());
        let pass = Pass::Walk(Walk { count, clock: view.clock_text(), ..walk.clone() });
        return Ok(Next::More(position.passing(pass)));
    }
    if view.next().is_some() {
        let round = Round { count: walk.count, ties, ..Round::default() };
        return round::step(position, &round, view);
    }
    blind(position, view)
}

/// What follows a page that is not all, and leads nowhere. Either the count is wrong, or records
/// are hidden; what is beyond tells. Where nothing does, what it shows is told, and the next look at
/// it is an error.
pub(super) fn blind(position: &Position, view: &View<'_, '_>) -> Result<Next, Failure> {
    let shown = view.shown();
    if let Some(astray) = view.astray() {
        return match is_stuck(position, view) {
            true => Err(Failure::unexpected(astray)),
            false => Ok(stuck(position, view)),
        };
    }
    let said = view.total.filter(|total| *total > shown && shown < view.count);
    if is_stuck(position, view) {
        let of = said.map_or("more".to_owned(), |said| said.to_string());
        return Err(Failure::unexpected(format!(
            "{shown} records of {of} of one search are shown, without a next link and not in an \
             order to go on by: the EHR must show more at once, or links, or sort by _lastUpdated"
        )));
    }
    let of = said.map(|said| Short { shown, said });
    let newest = view.times().max_by_key(|time| time.time());
    let (Some(of), Some(newest)) = (of, newest) else { return Ok(stuck(position, view)) };
    let rest = view.after(view.newest(view.times())).map(|rest| rest.text().to_owned());
    let beyond = Beyond { newest: newest.text().to_owned(), of, rest, round: None };
    Ok(Next::More(position.passing(Pass::Beyond(beyond))))
}

/// The same search once more, which then is known to lead nowhere.
fn stuck(position: &Position, view: &View<'_, '_>) -> Next {
    let stuck = Some(view.present().to_string());
    Next::More(Position { stuck, ..position.resting(None) })
}

/// Whether this was looked into a moment ago.
fn is_stuck(position: &Position, view: &View<'_, '_>) -> bool {
    super::was_lately(position.stuck.as_deref(), view.present())
}

/// What the page beyond tells of the count: where as many are counted and not there, it is wrong.
pub(super) fn beyond(
    position: &Position,
    beyond: &Beyond,
    view: &View<'_, '_>,
) -> Result<Next, Failure> {
    let Short { shown, said } = beyond.of;
    let as_many = view.total.is_some_and(|total| total >= said.saturating_sub(shown));
    if !view.is_empty() || view.is_linked() || !as_many {
        return Ok(stuck(position, view));
    }
    let rest = beyond.rest.as_deref().map(Moment::parse).transpose()?;
    match &beyond.round {
        Some(round) => Ok(round::miscounted(position, round, rest)),
        None => Ok(Next::Rest(position.resting(rest))),
    }
}

/// Whether the newest came first, where they were asked for first: then the server sorts.
pub(super) fn judge(
    position: &Position,
    proof: &Proof,
    view: &View<'_, '_>,
) -> Result<Next, Failure> {
    let at = Moment::parse(&proof.at)?;
    let times: Vec<Time> = view.times().map(Moment::time).collect();
    let falls = times.is_sorted_by(|a, b| a >= b);
    let is_proven = falls && different(times.into_iter()) >= proof.needed;
    if !is_proven {
        return Ok(Next::More(position.passing(Pass::Round(Round::default()))));
    }
    let sorts = Position { sorts: true, ..position.clone() };
    let clock = proof.clock.as_deref().and_then(|clock| Time::parse(clock).ok());
    let mut then = go_on(&sorts, &at, view);
    if clock.is_some_and(|clock| at.time() > clock) {
        let at = Some(proof.at.clone());
        then = sorts.passing(Pass::Walk(Walk { clock: proof.clock.clone(), at, count: None }));
    }
    Ok(Next::More(then))
}
