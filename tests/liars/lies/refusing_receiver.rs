//! A receiver that takes nothing of some records, for ever.

use rounds::egress::Answered;

use super::{Chance, Draft, Expected, Kind, Lie, Moment, Plan, Record, Told, Write};
use crate::liars::{chronicle::MINUTE, server::says};

pub(in super::super) struct RefusingReceiver {
    pub(in super::super) status: u16,
    pub(in super::super) many: u64,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(RefusingReceiver { status: 503, many: chance.between(1, 30) })
}

impl Lie for RefusingReceiver {
    fn name(&self) -> &'static str {
        "refusing receiver"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        for place in 0..self.many {
            let (id, at) = (format!("refused{place}"), chance.below(10 * MINUTE as u64) as i64);
            let draft = Draft::new(Kind::Appointment, Some(&format!("of-{id}")));
            plan.script.push(Write { at, late: 0, kind: Kind::Appointment, id, draft });
        }
    }

    fn hears(&mut self, told: &Told, _moment: &mut Moment) -> Option<Answered> {
        told.meta.record.contains("refused").then(|| says(self.status))
    }

    fn expects(&self, record: &Record) -> Expected {
        if record.id.starts_with("refused") { Expected::Refused } else { Expected::Told }
    }
}
