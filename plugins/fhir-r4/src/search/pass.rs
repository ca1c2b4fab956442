//! Passes through several pages: how one goes on, and when it has come to its end.

use rounds_sdk::{Failure, Response, hash};

use crate::{
    bundle::{Bundle, Record},
    cursor::{Pass, Position, Sweep, Walk},
    instant,
};

/// Rounds after which a sweep ends, even if no two read the same: each was whole but for what
/// changed meanwhile, and what changed is newer than where the next pass begins.
const ROUNDS: u32 = 4;

/// How often the page a link leads to may be gone before that is an error.
const RESTARTS: u32 = 8;

/// A page, and where it says that the next one is.
pub(super) struct Page<'a> {
    pub(super) bundle: &'a Bundle<'a>,
    /// A whole URL under the base URL.
    pub(super) next: Option<String>,
    /// No record changed later than this.
    pub(super) ceiling: String,
}

/// What follows a page.
pub(super) enum Advance {
    /// Another one.
    Pass(Pass),
    /// Nothing: everything is known up to `newest`.
    Whole {
        /// The newest time of the pass.
        newest: String,
        /// Whether it took a sweep of several pages to read it.
        sweeping: bool,
    },
}

/// What follows this page; `from` is where a pass begins that isn't under way yet.
pub(super) fn advance(position: &Position, from: &str, page: &Page) -> Result<Advance, Failure> {
    match &position.pass {
        Some(Pass::Sweep(sweep)) => round(sweep, page),
        Some(Pass::Walk(begun)) => walk(begun, page),
        None => {
            let since = if position.after { &position.since } else { from };
            walk(&Walk { from: since.to_owned(), at: since.to_owned(), left: None }, page)
        }
    }
}

fn walk(walk: &Walk, page: &Page) -> Result<Advance, Failure> {
    let bundle = page.bundle;
    let first = walk.at == walk.from;
    if page.next.is_some() && !may_walk(bundle)? || fewer_than_said(walk, page) {
        return if first { round(&Sweep::from(&walk.from), page) } else { again(&walk.from) };
    }
    let newest = bundle.newest(&walk.at, &page.ceiling)?;
    if page.next.is_none() {
        return Ok(Advance::Whole { newest, sweeping: false });
    }
    match step(&walk.at, &newest)? {
        Some(at) => {
            let left = left(bundle, &at)?;
            Ok(Advance::Pass(Pass::Walk(Walk { from: walk.from.clone(), at, left })))
        }
        None => round(&Sweep::from(&walk.at), page),
    }
}

/// Whether the next page may be asked for by time. A page in order by chance would mislead, and
/// only the server's count of all shows that: without one, links are surer.
fn may_walk(bundle: &Bundle) -> Result<bool, Failure> {
    Ok(bundle.total.is_some() && bundle.is_sorted()?)
}

/// From when the next page of a walk is asked for: a little before the last time seen, as a
/// server may round what it shows; `None` where that is no step forward.
fn step(at: &str, last: &str) -> Result<Option<String>, Failure> {
    let before = instant::minus(last, 1)?;
    for next in [before.as_str(), last] {
        if instant::later(next, at)? {
            return Ok(Some(next.to_owned()));
        }
    }
    Ok(None)
}

/// How many records there are from `at` on, by the server's count of all. The page is sorted.
fn left(bundle: &Bundle, at: &str) -> Result<Option<u64>, Failure> {
    let Some(total) = bundle.total else { return Ok(None) };
    let mut again = 0;
    for record in bundle.records.iter().rev() {
        match &record.time {
            Some(time) if !instant::later(at, time)? => again += 1,
            _ => break,
        }
    }
    let passed = bundle.records.len() as u64 - again;
    Ok(Some(total.saturating_sub(passed)))
}

/// Whether the server shows fewer records than it said were left: either some are gone, or
/// it doesn't sort and the walk has passed over them.
fn fewer_than_said(walk: &Walk, page: &Page) -> bool {
    let shown = match &page.next {
        Some(_) => page.bundle.total,
        None => Some(page.bundle.records.len() as u64),
    };
    matches!((walk.left, shown), (Some(left), Some(shown)) if shown < left)
}

/// A sweep from the beginning.
fn again(from: &str) -> Result<Advance, Failure> {
    Ok(Advance::Pass(Pass::Sweep(Sweep::from(from))))
}

fn round(sweep: &Sweep, page: &Page) -> Result<Advance, Failure> {
    if page.next.is_some() && page.next == sweep.next {
        return Err(Failure::unexpected("a next link that leads to its own page"));
    }
    let first = sweep.rounds == 0;
    let newest = if first {
        page.bundle.newest(&sweep.newest, &page.ceiling)?
    } else {
        sweep.newest.clone()
    };
    let sum = sum(page.bundle, (!first).then_some(newest.as_str()), sweep.sum)?;
    if page.next.is_some() {
        let next = page.next.clone();
        return Ok(Advance::Pass(Pass::Sweep(Sweep { next, newest, sum, ..sweep.clone() })));
    }
    let only_page = first && sweep.next.is_none();
    let rounds = sweep.rounds + 1;
    if only_page || sweep.before == Some(sum) || rounds >= ROUNDS {
        return Ok(Advance::Whole { newest, sweeping: !only_page });
    }
    let before = Some(sum);
    let again = Sweep { next: None, newest, rounds, sum: 0, before, ..sweep.clone() };
    Ok(Advance::Pass(Pass::Sweep(again)))
}

/// Adds up ids and versions, whatever their order, of what is no newer than `until`.
fn sum(bundle: &Bundle, until: Option<&str>, before: u64) -> Result<u64, Failure> {
    let mut sum = before;
    for record in &bundle.records {
        if !is_newer(record, until)? {
            sum = sum.wrapping_add(hash([&*record.id, record.version.as_str()]));
        }
    }
    Ok(sum)
}

fn is_newer(record: &Record, until: Option<&str>) -> Result<bool, Failure> {
    match (&record.time, until) {
        (Some(time), Some(until)) => instant::later(time, until),
        _ => Ok(false),
    }
}

/// The sweep to begin again where the page that a link led to is gone, as servers keep the
/// results of a search for a while only.
pub(super) fn next_is_gone(
    position: &Position,
    answer: &Response,
) -> Result<Option<Sweep>, Failure> {
    let Some(Pass::Sweep(sweep)) = &position.pass else { return Ok(None) };
    if sweep.next.is_none() || !matches!(answer.status, 400 | 404 | 410) {
        return Ok(None);
    }
    if sweep.restarts >= RESTARTS {
        return Err(Failure::unexpected("next links lead to pages that are gone"));
    }
    let restarts = sweep.restarts + 1;
    Ok(Some(Sweep { next: None, sum: 0, restarts, ..sweep.clone() }))
}
