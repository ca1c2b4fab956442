//! A receiver that answers every twentieth notification with 503.

use rounds::egress::Answered;

use super::{Chance, Lie, Moment, Told};
use crate::liars::{chronicle::MINUTE, server::says};

pub(in super::super) struct FlakyReceiver;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(FlakyReceiver)
}

impl Lie for FlakyReceiver {
    fn name(&self) -> &'static str {
        "flaky receiver"
    }

    fn hears(&mut self, _told: &Told, moment: &mut Moment) -> Option<Answered> {
        moment.chance.happens(0.05).then(|| says(503))
    }

    fn grace(&self) -> i64 {
        2 * MINUTE
    }
}
