//! What `rounds connector shadow` says.

use std::{io, time::Duration};

use serde::Serialize;

use crate::{
    cli::output::{Output, plain},
    connector::{Connector, Spent},
    shadow::{Compared, Difference, Done},
};

/// Differences of one poll that are told one by one; JSON has all.
const TOLD: usize = 100;

/// How it went.
#[derive(Serialize)]
pub(super) struct Report {
    /// Whether both did the same, to the end.
    pub(super) same: bool,
    old: Version,
    new: Version,
    differences: usize,
    polls: Vec<Poll>,
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
    unanswered: Option<String>,
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
        Self { same: true, old, new, differences: 0, polls: Vec::new() }
    }

    /// Adds a poll, and answers it.
    pub(super) fn note(&mut self, task: &str, number: u32, compared: Compared) -> &Poll {
        let Compared { old, new, sent, differences, unanswered } = compared;
        self.differences += differences.len();
        self.same &= differences.is_empty() && unanswered.is_none();
        let task = task.to_owned();
        let poll = Poll { task, poll: number, sent, old, new, differences, unanswered };
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
        let (polls, unanswered) = (self.polls.len(), self.unanswered());
        output.line(&match (self.differences, unanswered) {
            (0, 0) => format!("the same in all {polls} polls"),
            (0, _) => {
                format!("unanswered: {unanswered} of {polls} polls; the others were the same")
            }
            (count, _) => format!("differences: {count}"),
        })
    }

    fn unanswered(&self) -> usize {
        self.polls.iter().filter(|poll| poll.unanswered.is_some()).count()
    }
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
        let Self { task, poll, sent, old, new, differences, unanswered } = self;
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
        for difference in differences.iter().take(TOLD) {
            output.line(&plain(&format!("  {difference}")))?;
        }
        if let Some(more) = differences.len().checked_sub(TOLD).filter(|more| *more > 0) {
            output.line(&format!("  and {more} more; --json has them all"))?;
        }
        match unanswered {
            Some(why) => output.line(&plain(&format!("  not compared to its end: {why}"))),
            None => Ok(()),
        }
    }
}
