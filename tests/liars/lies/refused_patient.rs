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
}

/// What is refused for an hour is told without it, at one of the tries that grow longer.
const AT_MOST: i64 = HOUR + 30 * MINUTE;

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let status = [401, 403, 404, 410, 500, 503][chance.below(6) as usize];
    let until = if chance.happens(0.5) { i64::MAX } else { chance.between(5, 30) as i64 * MINUTE };
    Box::new(RefusedPatient { status, until })
}

impl Lie for RefusedPatient {
    fn name(&self) -> &'static str {
        "refused patient"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        for place in 0..chance.between(1, 5) as i64 {
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

    /// Waits grow, so that what is over is seen up to as long again later, also by what comes
    /// meanwhile and waits behind it; after an hour of it
    /// what the record itself says is told, and what waits behind that waits no hour of its own.
    fn ends(&self, record: &Record, seen: i64) -> i64 {
        let is_about = record.id.starts_with(VIP) && !matches!(self.status, 404 | 410);
        if !is_about {
            return seen;
        }
        self.until.saturating_mul(2).min(seen + AT_MOST).max(seen)
    }

    fn outlasts(&self) -> i64 {
        AT_MOST
    }
}
