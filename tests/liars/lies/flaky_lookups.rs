//! Every twentieth lookup is answered 503.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};
use crate::liars::{chronicle::MINUTE, server::says};

pub(in super::super) struct FlakyLookups;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(FlakyLookups)
}

impl Lie for FlakyLookups {
    fn name(&self) -> &'static str {
        "flaky lookups"
    }

    fn answers(&mut self, asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let fails = asked.looked_up().is_some() && moment.chance.happens(0.05);
        fails.then(|| says(503))
    }

    fn grace(&self) -> i64 {
        2 * MINUTE
    }
}
