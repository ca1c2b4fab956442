//! The whole server answers 503, 500 or 429 for a while.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment, Plan, Record};
use crate::liars::{chronicle::MINUTE, server::says};

pub(in super::super) struct Outage {
    status: u16,
    from: i64,
    to: i64,
    /// How long before its beginning something may be seen that no poll found.
    reach: i64,
}

impl Outage {
    pub(in super::super) fn of(status: u16, from: i64, to: i64) -> Self {
        Self { status, from, to, reach: 0 }
    }
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let status = [503, 500, 429][chance.below(3) as usize];
    let from = chance.below(20 * MINUTE as u64) as i64;
    let to = from + chance.between(1, 15) as i64 * MINUTE;
    Box::new(Outage::of(status, from, to))
}

impl Lie for Outage {
    fn name(&self) -> &'static str {
        "outage"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        self.reach = 2 * plan.interval + MINUTE;
    }

    fn answers(&mut self, _asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        (self.from..self.to).contains(&moment.now).then(|| says(self.status))
    }

    /// Waits grow, so that its end is seen up to as long again later.
    fn ends(&self, _record: &Record, seen: i64) -> i64 {
        let over = self.to + (self.to - self.from) + MINUTE;
        if (self.from - self.reach..over).contains(&seen) { over } else { seen }
    }

    fn outlasts(&self) -> i64 {
        self.to - self.from + MINUTE
    }
}
