//! What some worlds have beside trouble: records that change keys or cannot be read, and servers that
//! refuse some of them.
//!
//! From a chance of its own, so that the rest of a world is what it was.

use super::{super::chance::Chance, MINUTE, feed::Feed};

/// What is odd about a world.
#[derive(Default)]
pub(in super::super) struct Odd {
    /// Whether nothing fails but what is refused, so that one can tell how long others wait for that.
    pub(in super::super) is_calm: bool,
    /// What EHRs say instead of a word on a key, until when, and of which.
    pub(in super::super) lookups: Option<Refused>,
    /// Until when destinations refuse notifications, and of which keys.
    pub(in super::super) notifications: Option<Refused>,
    /// How long after having asked for a poll a person sets that task's cursor, who may have it
    /// polled at that very moment.
    pub(in super::super) thinks_again: Option<u64>,
}

/// What is refused.
pub(in super::super) struct Refused {
    pub(in super::super) status: u16,
    until: u64,
    keys: Vec<String>,
}

/// Keys of a calm world, the first of which are refused.
const KEYS: u64 = 6;

impl Odd {
    pub(super) fn draw(chance: &mut Chance, feeds: &mut [Feed], healed: u64) -> Self {
        let is_calm = chance.happens(0.15);
        let (moves, odd) = (chance.happens(0.3), chance.happens(0.3));
        for entry in feeds.iter_mut().flat_map(|feed| &mut feed.log) {
            entry.is_odd = odd && chance.happens(0.1);
            match is_calm {
                // As many as there are, so that few wait for one that is refused.
                true => entry.key = Some(format!("k{}", key(&entry.record))),
                false if moves => entry.key = moved(chance, entry.key.take()),
                false => {}
            }
        }
        let mut refused = |statuses: [u16; 2]| {
            let status = statuses[chance.below(2) as usize];
            let until = if chance.happens(0.3) { u64::MAX } else { chance.below(healed + MINUTE) };
            let keys = (0..chance.between(1, KEYS / 2)).map(|key| format!("k{key}")).collect();
            chance.happens(0.7).then_some(Refused { status, until, keys })
        };
        let (lookups, notifications) = (refused([403, 500]), refused([503, 503]));
        // Nobody would ever be told otherwise.
        let ends = |it: Refused| Refused { until: it.until.min(healed), ..it };
        let notifications = notifications.map(ends);
        let after = chance.between(1, 1_000);
        let thinks_again = chance.happens(0.3).then_some(after);
        match is_calm {
            true => Self { is_calm, lookups, notifications, thinks_again },
            false => Self { is_calm, thinks_again, ..Self::default() },
        }
    }

    /// Whether what has a key is or was refused anywhere.
    pub(in super::super) fn touches(&self, key: &str) -> bool {
        let refused = [&self.lookups, &self.notifications];
        refused.into_iter().flatten().any(|it| it.keys.iter().any(|refused| refused == key))
    }
}

impl Refused {
    /// Whether what has a key is refused.
    pub(in super::super) fn refuses(&self, key: &str, now: u64) -> bool {
        now < self.until && self.keys.iter().any(|refused| refused == key)
    }
}

fn key(record: &str) -> u64 {
    record.trim_start_matches('r').parse::<u64>().unwrap() % KEYS
}

/// The key that it had, another, or none.
fn moved(chance: &mut Chance, key: Option<String>) -> Option<String> {
    match chance.below(10) {
        0..5 => key,
        5..8 => Some(format!("k{}", chance.below(4))),
        _ => None,
    }
}
