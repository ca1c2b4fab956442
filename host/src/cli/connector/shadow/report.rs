//! What `rounds connector shadow` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::Duration,
};

use serde::Serialize;

use crate::{
    cli::output::{Output, plain},
    connector::{Connector, Spent},
    shadow::{Compared, Difference, Done, Kind},
};

/// Kinds of differences of one poll that are told; JSON has all there is.
const TOLD: usize = 100;

/// What differs alike, wherever it stands: what kind of thing, and its place without numbers; what
/// has no place is itself.
type Alike = (Kind, String);

/// How it went.
#[derive(Serialize)]
pub(super) struct Report {
    /// Whether both did the same, to the end.
    pub(super) same: bool,
    old: Version,
    new: Version,
    differences: usize,
    polls: Vec<Poll>,
    /// What an earlier poll told of.
    #[serde(skip)]
    told: BTreeSet<Alike>,
}

/// One of the two.
#[derive(Serialize)]
struct Version {
    connector: String,
    digest: String,
    /// Calls of its guests.
    calls: usize,
    /// How long they took, in milliseconds.
    guest_ms: f64,
}

/// One poll of a task.
#[derive(Serialize)]
pub(super) struct Poll {
    task: String,
    /// Counted from 1.
    poll: u32,
    /// Requests that were sent, for both together.
    sent: usize,
    old: Done,
    new: Done,
    differences: Vec<Difference>,
    /// Why it was not compared to its end.
    incomplete: Option<String>,
    /// Of each kind of difference that no earlier poll had, the first, and how many there are.
    #[serde(skip)]
    news: Vec<(Difference, usize)>,
}

impl Report {
    pub(super) fn new(old: &Connector, new: &Connector) -> Self {
        let version = |it: &Connector| Version {
            connector: it.manifest().label(),
            digest: it.digest().to_owned(),
            calls: 0,
            guest_ms: 0.0,
        };
        let (old, new) = (version(old), version(new));
        Self { same: true, old, new, differences: 0, polls: Vec::new(), told: BTreeSet::new() }
    }

    /// Adds a poll, and answers it.
    pub(super) fn note(&mut self, task: &str, number: u32, compared: Compared) -> &Poll {
        let Compared { old, new, sent, differences, incomplete } = compared;
        self.differences += differences.len();
        self.same &= differences.is_empty() && incomplete.is_none();
        let mut news = grouped(&differences);
        news.retain(|(first, _)| self.told.insert(alike(first)));
        let task = task.to_owned();
        let poll = Poll { task, poll: number, sent, old, new, differences, incomplete, news };
        self.polls.push_mut(poll)
    }

    pub(super) fn spent(&mut self, spent: impl Iterator<Item = (Spent, Spent)>) {
        for (old, new) in spent {
            self.old.add(old);
            self.new.add(new);
        }
    }

    pub(super) fn show(&self, output: &mut Output) -> io::Result<()> {
        for (name, version) in [("old", &self.old), ("new", &self.new)] {
            let Version { connector, calls, guest_ms, .. } = version;
            output
                .line(&format!("{name} {connector}: calls: {calls}, guest time: {guest_ms} ms"))?;
        }
        let (polls, incomplete) = (self.polls.len(), self.incomplete());
        output.line(&match (self.differences, incomplete) {
            (0, 0) => format!("the same in all {polls} polls"),
            (0, _) => {
                format!("not compared: {incomplete} of {polls} polls; the others were the same")
            }
            (count, _) => format!("differences: {count}"),
        })
    }

    fn incomplete(&self) -> usize {
        self.polls.iter().filter(|poll| poll.incomplete.is_some()).count()
    }
}

fn alike(difference: &Difference) -> Alike {
    let place = difference.anywhere().place;
    (difference.kind, if place.is_empty() { difference.to_string() } else { place })
}

/// The first of each kind, in their order, and how many there are of it.
fn grouped(differences: &[Difference]) -> Vec<(Difference, usize)> {
    let mut groups: Vec<(Difference, usize)> = Vec::new();
    let mut known = BTreeMap::new();
    for difference in differences {
        let at = *known.entry(alike(difference)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => groups.push((difference.clone(), 1)),
        }
    }
    groups
}

impl Version {
    fn add(&mut self, spent: Spent) {
        self.calls += spent.calls;
        self.guest_ms += millis(spent.time);
    }
}

/// In whole microseconds: what is finer is noise.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

impl Poll {
    pub(super) fn show(&self, output: &mut Output) -> io::Result<()> {
        let Self { task, poll, sent, old, new, differences, incomplete, news } = self;
        let pair = |old: usize, new: usize| match old == new {
            true => old.to_string(),
            false => format!("{old} and {new}"),
        };
        let requests = pair(old.requests, new.requests);
        let changes = pair(old.changes, new.changes);
        let told = pair(old.notifications, new.notifications);
        output.line(&format!(
            "{task}, poll {poll}: requests: {requests} (sent: {sent}), changes: {changes}, \
             notifications: {told}, differences: {}",
            differences.len()
        ))?;
        for (first, count) in news.iter().take(TOLD) {
            let more = if *count > 1 { format!(" (one of {count} alike)") } else { String::new() };
            output.line(&plain(&format!("  {first}{more}")))?;
        }
        if let Some(more) = news.len().checked_sub(TOLD).filter(|more| *more > 0) {
            output.line(&format!("  and {more} more kinds; --json has them all"))?;
        }
        let told: usize = news.iter().map(|(_, count)| count).sum();
        if let Some(before) = differences.len().checked_sub(told).filter(|it| *it > 0) {
            output.line(&format!("  {before} like those of polls before"))?;
        }
        match incomplete {
            Some(why) => output.line(&plain(&format!("  not compared to its end: {why}"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_alike_is_one_with_a_count() {
        let differences: Vec<_> = (0..300)
            .map(|at| Difference {
                kind: if at == 7 { Kind::Event } else { Kind::Payload },
                place: format!("notifications[{at}].data.Visit.Reason"),
                old: "text(1)".into(),
                new: "text(2)".into(),
            })
            .collect();
        let told = grouped(&differences);
        let told: Vec<_> = told.iter().map(|(first, count)| (first.to_string(), *count)).collect();
        let place = |kind, at| {
            format!("{kind} notifications[{at}].data.Visit.Reason: old text(1), new text(2)")
        };
        assert_eq!(told, [(place("payload", 0), 299), (place("event", 7), 1)]);
    }
}
