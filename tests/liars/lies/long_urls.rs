//! A server that refuses long URLs, as those that name many records at once.

use rounds::egress::Answered;

use super::{Asked, Chance, Draft, Kind, Lie, Moment, Plan, Write};
use crate::liars::{chronicle::MINUTE, server::says};

/// The longest that it takes, in bytes: enough for all that it writes itself.
const MOST: usize = 700;
/// Letters of an id: as many as FHIR allows.
const LONG: usize = 64;

pub(in super::super) struct LongUrls {
    /// Observations of one time.
    pub(in super::super) many: u64,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(LongUrls { many: chance.between(5, 40) })
}

impl Lie for LongUrls {
    fn name(&self) -> &'static str {
        "long urls"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        plan.kinds.push(Kind::Observation);
        let at = chance.between(1, 10) as i64 * MINUTE;
        for place in 0..self.many {
            let id = format!("{:x<LONG$}", format!("observation-{place}-"));
            let draft = Draft::new(Kind::Observation, Some(&format!("p{}", place % 5)));
            let kind = Kind::Observation;
            plan.script.push(Write { at: at + place as i64, late: 0, kind, id, draft });
        }
    }

    fn answers(&mut self, asked: &Asked, _moment: &mut Moment) -> Option<Answered> {
        (asked.length > MOST).then(|| says(414))
    }
}
