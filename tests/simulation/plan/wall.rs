//! The host's clock on the wall, which somebody sets.

use super::{
    super::{chance::Chance, world::beginning},
    MINUTE,
};

const HOUR: i64 = 60 * 60 * 1000;

/// How far the wall's clock is ahead of the world's time, in milliseconds, and from when on.
pub(in super::super) struct Wall(Vec<(u64, i64)>);

impl Wall {
    pub(super) fn draw(chance: &mut Chance, healed: u64) -> Self {
        let count = if chance.happens(0.7) { 0 } else { chance.between(1, 3) };
        let mut set: Vec<_> = (0..count)
            // Also while the last host runs, which has to bear it.
            .map(|_| (chance.below(healed + 3 * MINUTE), offset(chance)))
            .collect();
        set.sort_unstable();
        Self(set)
    }

    /// One that nobody sets.
    pub(super) fn still() -> Self {
        Self(Vec::new())
    }

    /// Whether somebody sets it at all.
    pub(in super::super) fn is_set(&self) -> bool {
        !self.0.is_empty()
    }

    /// How far it is ahead at a time.
    pub(in super::super) fn ahead(&self, at: u64) -> i64 {
        let set = self.0.iter().rev().find(|(from, _)| *from <= at);
        set.map_or(0, |(_, ahead)| *ahead)
    }

    /// Whether it showed a second since 1970 at some time between two.
    pub(in super::super) fn showed(&self, second: i64, from: u64, to: u64) -> bool {
        let world = |at: u64, ahead: i64| (beginning() + at as i64 + ahead).div_euclid(1000);
        let between = self.0.iter().filter(|(at, _)| (from..=to).contains(at));
        let mut ahead = between.map(|(_, ahead)| *ahead).chain([self.ahead(from)]);
        ahead.any(|ahead| (world(from, ahead)..=world(to, ahead)).contains(&second))
    }

    /// How far it was ahead until a time, at least and at most.
    pub(in super::super) fn bounds(&self, until: u64) -> (i64, i64) {
        let set = self.0.iter().filter(|(at, _)| *at <= until);
        let ahead = || set.clone().map(|(_, ahead)| *ahead);
        (ahead().fold(0, i64::min), ahead().fold(0, i64::max))
    }

    /// How far it was ahead at most between two times.
    pub(in super::super) fn furthest(&self, from: u64, to: u64) -> i64 {
        let between = self.0.iter().filter(|(at, _)| (from..=to).contains(at));
        between.map(|(_, ahead)| *ahead).fold(self.ahead(from), i64::max)
    }
}

fn offset(chance: &mut Chance) -> i64 {
    let most = [MINUTE as i64, HOUR, 48 * HOUR][chance.below(3) as usize];
    chance.below(2 * most as u64) as i64 - most
}
