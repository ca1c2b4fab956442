//! One patient whom nobody may read, or not for a while; all others are well.

use rounds::egress::Answered;

use super::{Asked, Chance, Draft, Kind, Lie, Moment, Plan, Record, Write};
use crate::liars::{
    chronicle::{HOUR, MINUTE},
    server::says,
};

/// Who it is.
const VIP: &str = "vip";

pub(in super::super) struct RefusedPatient {
    pub(in super::super) status: u16,
    /// Until when; for ever if that never comes.
    pub(in super::super) until: i64,
    /// Records of the patient, set by the plan.
    pub(in super::super) many: i64,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let status = [401, 403, 404, 410, 500, 503][chance.below(6) as usize];
    let until = if chance.happens(0.5) { i64::MAX } else { chance.between(5, 30) as i64 * MINUTE };
    Box::new(RefusedPatient { status, until, many: 0 })
}

impl Lie for RefusedPatient {
    fn name(&self) -> &'static str {
        "refused patient"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        self.many = chance.between(1, 5) as i64;
        for place in 0..self.many {
            let draft = Draft::new(Kind::Appointment, Some(VIP));
            let at = chance.below(20 * MINUTE as u64) as i64;
            let id = format!("vip{place}");
            plan.script.push(Write { at, late: 0, kind: Kind::Appointment, id, draft });
        }
    }

    fn answers(&mut self, asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let is_it = asked.looked_up() == Some("Patient/vip");
        (is_it && moment.now < self.until).then(|| says(self.status))
    }

    /// Waits grow, so that what is over is seen up to as long again later; after an hour of it
    /// what the record itself says is told. As all are of one key, one waits for the other.
    fn ends(&self, record: &Record, seen: i64) -> i64 {
        let is_about = record.id.starts_with(VIP) && !matches!(self.status, 404 | 410);
        if !is_about || seen > self.until {
            return seen;
        }
        let at_most = seen + self.many * (HOUR + 30 * MINUTE);
        self.until.saturating_mul(2).min(at_most).max(seen)
    }

    fn outlasts(&self) -> i64 {
        self.many * (HOUR + 30 * MINUTE)
    }
}
