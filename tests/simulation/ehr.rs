//! The EHR: a log in pages, and a word on each key and record.

use serde_json::{Value, json};
use url::Url;

use super::{
    plan::Entry,
    world::{Inner, beginning},
};

/// Answers a request: a status and a body.
pub(super) fn answer(world: &mut Inner, url: &Url) -> (u16, String) {
    world.answers += 1;
    match url.path() {
        "/log" => log(world, url),
        path => (200, format!("{path} at {}.", world.answers)),
    }
}

fn log(world: &mut Inner, url: &Url) -> (u16, String) {
    let now = world.now();
    if world.plan.log_lost.get(world.lost).is_some_and(|at| *at <= now) {
        world.lost += 1;
        return (410, "the log begins anew".into());
    }
    let from = number(url, "from");
    let after = (number(url, "at"), number(url, "seq"));
    let first = beginning();
    let place = |entry: &Entry| (first + entry.at as i64, entry.seq as i64);
    let shown = world.plan.log.iter().filter(|it| it.shown <= now && place(it).0 >= from);
    let mut shown: Vec<_> = shown.map(|it| (place(it), json(first, it))).collect();
    shown.sort_by_key(|(place, _)| *place);
    let page = world.plan.page;
    let bad = !world.healed && world.chance.happens(world.plan.bad_pages);
    let (repeated, size) = match (bad, world.chance.below(3)) {
        (false, _) => (0, page),
        (true, 0) => (1, page),
        (true, 1) => (2, page.div_ceil(2)),
        (true, _) => (0, 0),
    };
    let at = shown.partition_point(|(place, _)| *place <= after);
    let end = (at + size).min(shown.len());
    let more = end < shown.len();
    let from = at.saturating_sub(repeated);
    let entries: Vec<_> = shown[from..end].iter().map(|(_, entry)| entry).collect();
    (200, json!({ "entries": entries, "more": more }).to_string())
}

fn json(first: i64, entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": first + entry.at as i64,
        "record": format!("r{}", entry.record),
        "version": format!("v{}", entry.version),
        "key": format!("k{}", entry.key),
    })
}

fn number(url: &Url, name: &str) -> i64 {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
}
