//! What `rounds status` says of tasks beyond their polls: what came late or is no news, and how far
//! their listings are read.

use jiff::Timestamp;

use super::{since, span, until};
use crate::status::{Report, Sweep, Task};

pub(super) const ODD_HEADS: [&str; 6] =
    ["task", "late", "latest by", "unchanged", "outdated", "unreadable"];
pub(super) const HEADS: [&str; 8] =
    ["listing of", "state", "last end", "read", "news", "gone", "missed by feed", "next"];

/// What of tasks' changes was late or is none, of those that have such.
pub(super) fn odd_rows(report: &Report) -> Vec<Vec<String>> {
    report.tasks.iter().filter_map(|(name, task)| odd_row(name, task)).collect()
}

fn odd_row(name: &str, task: &Task) -> Option<Vec<String>> {
    let Task { late, unchanged, outdated, unreadable, .. } = *task;
    if [late, unchanged, outdated, unreadable].iter().all(|count| *count == 0) {
        return None;
    }
    let latest = task.latest_by_s.map(seconds).unwrap_or_default();
    let [late, unchanged, outdated, unreadable] =
        [late, unchanged, outdated, unreadable].map(|count| count.to_string());
    Some(vec![name.into(), late, latest, unchanged, outdated, unreadable])
}

/// How far listings are read, of those tasks that have one.
pub(super) fn rows(report: &Report, now: Timestamp) -> Vec<Vec<String>> {
    let listings =
        report.tasks.iter().filter_map(|(name, task)| Some((name, task.sweep.as_ref()?)));
    listings.map(|(name, sweep)| row(name, sweep, now)).collect()
}

fn row(name: &str, sweep: &Sweep, now: Timestamp) -> Vec<String> {
    let ended = sweep.listing.ended;
    let [read, news, gone] = match ended {
        Some(ended) => [ended.read, ended.news, ended.gone].map(|count| count.to_string()),
        None => Default::default(),
    };
    // What waits for a person is not read.
    let waits = sweep.listing.held.is_some_and(|held| !held.accepted);
    let next = sweep.next_at.filter(|_| !waits);
    let missed = sweep.miss_rate.map(|rate| format!("{:.2} %", rate * 100.0));
    vec![
        name.into(),
        state(sweep, now),
        ended.map(|ended| since(ended.at, now)).unwrap_or_default(),
        read,
        news,
        gone,
        missed.unwrap_or_default(),
        next.map(|at| until(now, at)).unwrap_or_default(),
    ]
}

fn state(Sweep { listing, error, .. }: &Sweep, now: Timestamp) -> String {
    match (&listing.held, listing.began) {
        (Some(held), _) if !held.accepted => "held for a person".into(),
        (Some(_), _) => "accepted".into(),
        (None, Some(began)) => {
            let failing = if error.is_some() { ", failing" } else { "" };
            format!("{} read in {}{failing}", listing.read, span(began, now))
        }
        (None, None) if error.is_some() => "failing".into(),
        (None, None) if listing.ended.is_some() => "whole".into(),
        (None, None) => "not read yet".into(),
    }
}

/// What of listings needs a look, a line each.
pub(super) fn troubles(report: &Report) -> impl Iterator<Item = String> {
    report.tasks.iter().flat_map(|(name, task)| {
        let held = task.sweep.as_ref().and_then(|sweep| held(name, sweep));
        let error = task.sweep.as_ref().and_then(|sweep| sweep.error.as_ref());
        let error = error.map(|error| format!("{name}: its listing: {error}"));
        held.into_iter().chain(error)
    })
}

/// What is asked of a person.
fn held(name: &str, sweep: &Sweep) -> Option<String> {
    let held = sweep.listing.held.filter(|held| !held.accepted)?;
    let words = name.replacen('/', " ", 1);
    Some(format!(
        "{name}: its listing is held since {:.0}, as {} of {} records are missing at once; nobody was \
         told: `rounds task accept {words}` tells them as gone, `rounds task reject {words}` reads it \
         anew",
        held.since, held.gone, held.of
    ))
}

fn seconds(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let to = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    span(Timestamp::UNIX_EPOCH, to)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::store::{Ended, Held, Listing};

    fn at(text: &str) -> Timestamp {
        format!("2026-05-05T{text}Z").parse().unwrap()
    }

    fn of(sweep: Sweep) -> Report {
        let mut report = Report::default();
        let task = Task { sweep: Some(sweep), ..Task::default() };
        report.tasks.insert("general/visits".into(), task);
        report
    }

    #[test]
    fn a_task_is_told_of_where_something_is_odd() {
        let mut report = of(Sweep::default());
        assert!(odd_rows(&report).is_empty());
        let task = report.tasks.get_mut("general/visits").unwrap();
        (task.late, task.latest_by_s, task.unreadable) = (3, Some(243), 1);
        assert_eq!(odd_rows(&report), [["general/visits", "3", "4m 3s", "0", "0", "1"]]);
    }

    #[test]
    fn a_listing_says_how_far_it_is() {
        let now = at("10:00:00");
        let ended = Ended { at: at("09:00:00"), read: 400, news: 7, gone: 2 };
        let whole = Listing { ended: Some(ended), ..Listing::default() };
        let under_way = Listing { began: Some(at("09:58:58")), read: 120, ..Listing::default() };
        let failing = || Some("status 500".to_owned());
        let held = Held { since: now, gone: 3, of: 4, accepted: false };
        for (listing, error, expected) in [
            (Listing::default(), None, "not read yet"),
            (whole.clone(), None, "whole"),
            (whole.clone(), failing(), "failing"),
            (under_way.clone(), None, "120 read in 1m 2s"),
            (under_way, failing(), "120 read in 1m 2s, failing"),
            (Listing { held: Some(held), ..whole.clone() }, None, "held for a person"),
        ] {
            let sweep = Sweep { listing, error, ..Sweep::default() };
            assert_eq!(state(&sweep, now), expected);
        }
        let next_at = Some(at("11:00:00"));
        let sweep = Sweep { listing: whole, miss_rate: Some(0.0125), next_at, ..Sweep::default() };
        let expected = ["general/visits", "whole", "1h ago", "400", "7", "2", "1.25 %", "in 1h"];
        assert_eq!(rows(&of(sweep), now), [expected]);
    }

    #[test]
    fn what_is_held_names_its_commands_until_somebody_decides() {
        let mut held = Held { since: at("09:00:00.5"), gone: 120, of: 400, accepted: false };
        let told = |held, error: Option<&str>| {
            let listing = Listing { held: Some(held), ..Listing::default() };
            let error = error.map(Into::into);
            troubles(&of(Sweep { listing, error, ..Sweep::default() })).collect::<Vec<_>>()
        };
        assert_eq!(
            told(held, None),
            [
                "general/visits: its listing is held since 2026-05-05T09:00:00Z, as 120 of 400 records \
              are missing at once; nobody was told: `rounds task accept general visits` tells them \
              as gone, `rounds task reject general visits` reads it anew"
            ]
        );
        held.accepted = true;
        assert_eq!(told(held, Some("status 500")), ["general/visits: its listing: status 500"]);
    }
}
