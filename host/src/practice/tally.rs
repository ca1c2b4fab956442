//! What was changed against what arrived.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::Changed;

/// One notification that arrived. Holds no patient's data, but for the key that may name one.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The `webhook-id`.
    pub id: String,
    /// The notification's `type`.
    pub event: String,
    /// The connection that it came by.
    pub connection: String,
    /// The action that was polled.
    pub action: String,
    /// The record that it tells of.
    pub record: String,
    /// What orders it among others.
    pub key: Option<String>,
    /// When the record changed, by the EHR's clock.
    pub changed_at: Option<Timestamp>,
    /// When it arrived, by the receiver's clock.
    pub at: Timestamp,
    /// Whether it tells of what was before the host's first poll.
    pub backfill: bool,
    /// Whether its body differs from that of an earlier attempt of the same id.
    pub altered: bool,
}

/// What became of changes. Each of them is arrived, coalesced or missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Changes made.
    pub changes: usize,
    /// Changes that a notification told of.
    pub arrived: usize,
    /// Changes that no notification told of, as the record had changed again before it was
    /// polled, and the later change arrived. Nothing is lost: an EHR shows the latest only.
    pub coalesced: usize,
    /// Changes that nothing told of.
    pub missing: Vec<Changed>,
    /// Notifications whose id had arrived before.
    pub repeated: usize,
    /// Those among the repeated whose body differed, which must not be.
    pub altered: usize,
    /// Notifications of a change that had arrived under another id, which must not be.
    pub renamed: usize,
    /// Notifications of no change that was made, backfill apart.
    pub unexpected: usize,
    /// Notifications by another event than the change should have. Judged where the host
    /// told of the record's previous version, too, as it cannot know the difference else.
    pub misnamed: usize,
    /// Notifications of a change older than one that had arrived, of the same connection,
    /// action and key.
    pub out_of_order: usize,
    /// How long the arrived changes took; `None` of none.
    pub delays: Option<Delays>,
}

/// How long changes took to arrive: from the EHR's time of change to the receiver's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// Half of them took no longer.
    pub median: SignedDuration,
    /// 95 of 100 took no longer.
    pub p95: SignedDuration,
    /// None took longer.
    pub max: SignedDuration,
}

/// What names a version of a record: its id, which is unique across types, and its time.
type Version<'a> = (&'a str, Timestamp);

impl Tally {
    /// Compares changes with arrivals, both in their order.
    ///
    /// Give it only changes of kinds that are polled: others are missing, rightly.
    pub fn of(changes: &[Changed], arrivals: &[Arrival]) -> Self {
        let mut tally = Self { changes: changes.len(), ..Self::default() };
        let firsts = tally.first_arrivals(arrivals);
        tally.judge_changes(changes, &firsts);
        tally.judge_arrivals(changes, &firsts);
        tally
    }

    /// The first arrival of each id, in order; the others are counted.
    fn first_arrivals<'a>(&mut self, arrivals: &'a [Arrival]) -> Vec<&'a Arrival> {
        let mut ids = HashSet::new();
        let mut firsts = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            if ids.insert(arrival.id.as_str()) {
                firsts.push(arrival);
                continue;
            }
            self.repeated += 1;
            self.altered += usize::from(arrival.altered);
        }
        firsts
    }

    fn judge_changes(&mut self, changes: &[Changed], firsts: &[&Arrival]) {
        let mut told: HashMap<Version<'_>, Timestamp> = HashMap::new();
        let mut latest: HashMap<&str, Timestamp> = HashMap::new();
        for arrival in firsts {
            let Some(version) = version(arrival) else { continue };
            let last = latest.entry(version.0).or_insert(version.1);
            *last = version.1.max(*last);
            told.entry(version).or_insert(arrival.at);
        }
        let mut delays = Vec::new();
        for change in changes {
            if let Some(at) = told.get(&(change.id.as_str(), change.at)) {
                delays.push(at.duration_since(change.at));
            } else if latest.get(change.id.as_str()).is_some_and(|last| *last > change.at) {
                self.coalesced += 1;
            } else {
                self.missing.push(change.clone());
            }
        }
        self.arrived = delays.len();
        self.delays = Delays::of(delays);
    }

    fn judge_arrivals(&mut self, changes: &[Changed], firsts: &[&Arrival]) {
        let made: HashMap<Version<'_>, &Changed> =
            changes.iter().map(|change| ((change.id.as_str(), change.at), change)).collect();
        let told: HashSet<Version<'_>> = firsts.iter().filter_map(|first| version(first)).collect();
        let heard = heard_versions(changes, &told);
        let (mut seen, mut newest) = (HashSet::new(), HashMap::new());
        for arrival in firsts {
            let source = (arrival.connection.as_str(), arrival.action.as_str());
            self.out_of_order += usize::from(is_late(arrival, source, &mut newest));
            let Some(version) = version(arrival) else {
                self.unexpected += usize::from(!arrival.backfill);
                continue;
            };
            self.renamed += usize::from(!seen.insert((source, version)));
            let Some(change) = made.get(&version) else {
                self.unexpected += usize::from(!arrival.backfill);
                continue;
            };
            let judged = change.version == 1 || heard.contains(&(&change.id, change.version - 1));
            self.misnamed += usize::from(judged && change.event != arrival.event);
        }
    }
}

/// Where an action has records of several types, its connector may tell ids with their type.
fn version(arrival: &Arrival) -> Option<Version<'_>> {
    let id = arrival.record.rsplit('/').next()?;
    Some((id, arrival.changed_at?))
}

/// The records and numbers of the versions that arrived.
fn heard_versions<'a>(
    changes: &'a [Changed],
    told: &HashSet<Version<'_>>,
) -> HashSet<(&'a str, u64)> {
    let arrived = changes.iter().filter(|change| told.contains(&(change.id.as_str(), change.at)));
    arrived.map(|change| (change.id.as_str(), change.version)).collect()
}

/// Whether something newer of the same source and key came before; remembers the newest.
fn is_late<'a>(
    arrival: &'a Arrival,
    source: (&'a str, &'a str),
    newest: &mut HashMap<((&'a str, &'a str), &'a str), Timestamp>,
) -> bool {
    let Some(changed_at) = arrival.changed_at else { return false };
    let key = arrival.key.as_deref().unwrap_or(&arrival.record);
    let newest = newest.entry((source, key)).or_insert(changed_at);
    let late = changed_at < *newest;
    *newest = changed_at.max(*newest);
    late
}

impl Delays {
    /// Of these, by the nearest rank.
    fn of(mut delays: Vec<SignedDuration>) -> Option<Self> {
        delays.sort_unstable();
        let at = |percent: usize| {
            let rank = (delays.len() * percent).div_ceil(100);
            delays.get(rank.checked_sub(1)?).copied()
        };
        Some(Self { median: at(50)?, p95: at(95)?, max: at(100)? })
    }
}

#[cfg(test)]
mod tests;
