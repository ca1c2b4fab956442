//! Redirects to where nothing of a patient, and no credential, may go: out of TLS, and to others.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment, Plan, Told};
use crate::liars::{chronicle::MINUTE, server::says};

/// Where those of a receiver lead, and those of a server.
const OF_RECEIVER: [&str; 3] =
    ["http://app.sim/", "https://elsewhere.sim/hook", "//elsewhere.sim/hook"];
const OF_SERVER: [&str; 3] =
    ["http://ehr.sim/fhir/Patient/p1", "https://elsewhere.sim/fhir", "//elsewhere.sim/"];

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

pub(in super::super) struct Redirects {
    of_receiver: bool,
    /// How often one leads away.
    part: f64,
}

pub(super) fn draw_receiver(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Redirects::of_receiver(0.05))
}

pub(super) fn draw_server(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Redirects { of_receiver: false, part: 0.05 })
}

impl Redirects {
    /// Those of a receiver, of this part of what it is sent.
    pub(in super::super) fn of_receiver(part: f64) -> Self {
        Self { of_receiver: true, part }
    }
}

impl Lie for Redirects {
    fn name(&self) -> &'static str {
        if self.of_receiver { "redirecting receiver" } else { "redirects" }
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        if self.of_receiver {
            plan.user.app = "https://app.sim/";
        } else {
            plan.user.base = "https://ehr.sim/fhir".into();
            plan.user.shows_a_token();
        }
    }

    fn answers(&mut self, _asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        (!self.of_receiver && moment.chance.happens(self.part)).then(|| away(OF_SERVER, moment))
    }

    fn hears(&mut self, _told: &Told, moment: &mut Moment) -> Option<Answered> {
        (self.of_receiver && moment.chance.happens(self.part)).then(|| away(OF_RECEIVER, moment))
    }

    /// What failed is tried later, and later again.
    fn grace(&self) -> i64 {
        if self.of_receiver { 2 * MINUTE } else { 5 * MINUTE }
    }

    fn asks(&self) -> i64 {
        2
    }
}

fn away(to: [&str; 3], moment: &mut Moment) -> Answered {
    let status = STATUSES[moment.chance.below(STATUSES.len() as u64) as usize];
    let location = to[moment.chance.below(to.len() as u64) as usize];
    let mut answered = says(status);
    answered.headers.push(("location".into(), location.into()));
    answered
}
