//! A server that never shows as many on a page as it is asked for.

use super::{Chance, Lie, Query};

pub(in super::super) struct Capped(pub(in super::super) usize);

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Capped(chance.between(2, 6) as usize))
}

impl Lie for Capped {
    fn name(&self) -> &'static str {
        "capped"
    }

    fn understands(&mut self, query: &mut Query) {
        query.count = query.count.min(self.0);
    }

    fn most_a_page(&self) -> usize {
        self.0
    }
}
