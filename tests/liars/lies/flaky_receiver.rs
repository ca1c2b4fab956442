//! A receiver that answers every twentieth notification with 503.

use super::{Chance, Lie, Moment, Told};
use crate::liars::chronicle::MINUTE;

pub(in super::super) struct FlakyReceiver;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(FlakyReceiver)
}

impl Lie for FlakyReceiver {
    fn name(&self) -> &'static str {
        "flaky receiver"
    }

    fn refuses(&mut self, _told: &Told, moment: &mut Moment) -> Option<u16> {
        moment.chance.happens(0.05).then_some(503)
    }

    fn grace(&self) -> i64 {
        2 * MINUTE
    }
}
