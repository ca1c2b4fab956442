//! Next links that lead to pages that are gone.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};
use crate::liars::server::says;

pub(in super::super) struct GonePages(u16);

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(GonePages([410, 404, 400][chance.below(3) as usize]))
}

impl GonePages {
    /// With this status.
    pub(in super::super) fn with(status: u16) -> Self {
        Self(status)
    }
}

impl Lie for GonePages {
    fn name(&self) -> &'static str {
        "gone pages"
    }

    fn answers(&mut self, asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let is_gone = asked.page() > 0 && moment.chance.happens(0.2);
        is_gone.then(|| says(self.0))
    }

    /// A page behind others of one time is asked for anew with all of these.
    fn asks(&self) -> i64 {
        3
    }
}
