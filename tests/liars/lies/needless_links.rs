//! A next link that nobody needs, as `total` says that all is there, and which leads elsewhere.

use super::{Bundle, Chance, Lie, Moment, Plan, foreign_links::elsewhere};

pub(in super::super) struct NeedlessLinks;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(NeedlessLinks)
}

impl Lie for NeedlessLinks {
    fn name(&self) -> &'static str {
        "needless links"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        plan.user.shows_a_token();
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        if bundle.next.is_none() && bundle.offset == 0 {
            bundle.next = Some(elsewhere(&bundle.link(bundle.found.len())));
        }
    }
}
