//! An EHR: logs in pages, a queue, and a word on each key and record.

use serde::Serialize;
use url::Url;

use super::{
    plan::feed::Entry,
    world::{Inner, beginning},
};

/// What an EHR remembers.
#[derive(Default)]
pub(super) struct Ehr {
    /// Requests that it has answered: what it says of a key changes with them.
    answers: u64,
    /// What its queue has handed out, and from where on the last time.
    handed: (usize, usize),
}

#[derive(Serialize)]
struct Page<'a> {
    now: i64,
    entries: Vec<Shown<'a>>,
    more: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    seq: u64,
    at: i64,
    record: &'a str,
    version: &'a str,
    key: Option<&'a str>,
    odd: bool,
}

/// Answers a request: a status and a body.
pub(super) fn answer(world: &mut Inner, ehr: usize, url: &Url) -> (u16, String) {
    world.ehrs[ehr].answers += 1;
    if let Some(key) = url.path().strip_prefix("/key/")
        && let Some(refused) = &world.plan.odd.lookups
        && refused.refuses(key, world.now())
    {
        return (refused.status, "not of this one".into());
    }
    match url.path().split('/').nth(1) {
        Some("log") => log(world, ehr, url),
        Some("queue") => queue(world, ehr, url),
        _ => (200, format!("{} at {}.", url.path(), world.ehrs[ehr].answers)),
    }
}

fn log(world: &mut Inner, ehr: usize, url: &Url) -> (u16, String) {
    let now = world.now();
    let action = url.path().trim_start_matches("/log/");
    let is_it = |it: &super::plan::feed::Feed| it.ehr == ehr && it.task.action.as_str() == action;
    let Some(at) = world.plan.feeds.iter().position(is_it) else { return (404, "none.".into()) };
    if world.plan.feeds[at].lost.first().is_some_and(|lost| *lost <= now) {
        world.plan.feeds[at].lost.remove(0);
        return (410, "the log begins anew".into());
    }
    let (repeated, size) = page(world);
    let from = number(url, "from") - beginning();
    let after = (number(url, "at") - beginning(), number(url, "seq"));
    let place = |entry: &Entry| (entry.at as i64, entry.seq as i64);
    let log = world.plan.feeds[at].log.iter();
    let mut shown: Vec<_> = log.filter(|it| it.shown <= now && place(it).0 >= from).collect();
    shown.sort_by_key(|it| place(it));
    let at = shown.partition_point(|it| place(it) <= after);
    let end = (at + size).min(shown.len());
    (200, written(now, &shown[at.saturating_sub(repeated)..end], end < shown.len()))
}

/// Hands out what it has not handed out before, or the last of it again.
fn queue(world: &mut Inner, ehr: usize, url: &Url) -> (u16, String) {
    let now = world.now();
    let (_, size) = page(world);
    let is_it = |it: &&super::plan::feed::Feed| it.ehr == ehr && it.is_queue;
    let Some(feed) = world.plan.feeds.iter().find(is_it) else { return (404, "none.".into()) };
    let waiting = feed.log.partition_point(|it| it.shown <= now);
    let (last, next) = world.ehrs[ehr].handed;
    let (from, to) = match number(url, "again") {
        0 => (next, (next + size).min(waiting)),
        _ => (last, next),
    };
    world.ehrs[ehr].handed = (from, to);
    let entries: Vec<_> = feed.log[from..to].iter().collect();
    (200, written(now, &entries, to < waiting))
}

/// How many entries of the last page this one repeats, and how many it has.
fn page(world: &mut Inner) -> (usize, usize) {
    let page = world.plan.page;
    let bad = !world.healed && world.chance.happens(world.plan.bad_pages);
    match (bad, world.chance.below(3)) {
        (false, _) => (0, page),
        (true, 0) => (1, page),
        (true, 1) => (2, page.div_ceil(2)),
        (true, _) => (0, 0),
    }
}

fn written(now: u64, entries: &[&Entry], more: bool) -> String {
    let first = beginning();
    let entries = entries.iter().map(|it| Shown {
        seq: it.seq,
        at: first + it.at as i64,
        record: &it.record,
        version: &it.version,
        key: it.key.as_deref(),
        odd: it.is_odd,
    });
    let entries = entries.collect();
    serde_json::to_string(&Page { now: first + now as i64, entries, more }).unwrap()
}

fn number(url: &Url, name: &str) -> i64 {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}
