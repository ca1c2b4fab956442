//! What a seed makes of a world: how much changes, what is sick, when it is mended.

use rounds::model::NotificationId;

use super::{chance::Chance, check};

/// How late an entry may show: what the connector's overlap covers, less a second.
const LATEST: u64 = 119_000;

/// A change in the EHR. Times are milliseconds from the beginning.
pub(super) struct Entry {
    pub(super) seq: u64,
    /// When, as the EHR says.
    pub(super) at: u64,
    /// From when on the EHR shows it.
    pub(super) shown: u64,
    pub(super) record: u64,
    pub(super) version: u64,
    pub(super) key: u64,
    /// The id that its notification must have.
    pub(super) id: NotificationId,
}

/// A world before it begins.
pub(super) struct Plan {
    /// When everything is mended.
    pub(super) healed: u64,
    /// What changes, in the order in which it is shown.
    pub(super) log: Vec<Entry>,
    /// Entries in a page.
    pub(super) page: usize,
    /// How often a request to the EHR and to each destination meets a fault.
    pub(super) sick: [f64; 3],
    /// How often a page is bad.
    pub(super) bad_pages: f64,
    /// When servers are down: the EHR's, and each destination's.
    pub(super) down: [Option<(u64, u64)>; 3],
    /// When the EHR loses its log.
    pub(super) log_lost: Vec<u64>,
    /// The longest time that a host runs.
    pub(super) host_runs: u64,
    /// How long a sync takes at most.
    pub(super) sync: u64,
    /// How often a host crashes over a write.
    pub(super) falls: f64,
    /// How often the disk is full.
    pub(super) full: f64,
    /// How often a person does something.
    pub(super) meddling: f64,
}

impl Plan {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let minute = 60_000;
        let healed = chance.between(3, 12) * minute;
        let count = chance.between(3, 24);
        let mut sickness = || if chance.happens(0.3) { 0.0 } else { chance.share() * 0.4 };
        let sick = [sickness(), sickness(), sickness()];
        let down = [(); 3].map(|()| {
            let from = chance.below(healed);
            chance.happens(0.4).then(|| (from, from + chance.below(5 * minute)))
        });
        let log_lost = (0..chance.below(3)).map(|_| chance.below(healed));
        let mut log_lost: Vec<_> = log_lost.collect();
        log_lost.sort_unstable();
        Self {
            healed,
            log: log(chance, count, healed),
            page: chance.between(1, 6) as usize,
            sick,
            bad_pages: if chance.happens(0.5) { 0.0 } else { chance.share() * 0.3 },
            down,
            log_lost,
            host_runs: if chance.happens(0.2) { healed } else { chance.between(1, 10) * minute },
            sync: chance.between(1, 400),
            falls: if chance.happens(0.5) { 0.0 } else { chance.share() * 0.1 },
            full: if chance.happens(0.7) { 0.0 } else { chance.share() * 0.3 },
            meddling: chance.share() * 0.5,
        }
    }
}

fn log(chance: &mut Chance, count: u64, until: u64) -> Vec<Entry> {
    let (records, keys) = (chance.between(1, 8), chance.between(1, 4));
    let mut times: Vec<_> = (0..count).map(|_| chance.below(until)).collect();
    times.sort_unstable();
    for at in 1..times.len() {
        if chance.happens(0.4) {
            times[at] = times[at - 1];
        }
    }
    let mut versions = vec![0; records as usize];
    let mut entry = |(seq, shown): (usize, u64)| {
        let record = chance.below(records);
        let version = &mut versions[record as usize];
        *version += 1;
        let late = if chance.happens(0.2) { chance.below(LATEST) } else { 0 };
        let (seq, at) = (seq as u64, shown.saturating_sub(late));
        let id = check::id(record, *version);
        Entry { seq, at, shown, record, version: *version, key: record % keys, id }
    };
    times.into_iter().enumerate().map(&mut entry).collect()
}
