//! A server that never says how many there are, as HAPI does not beside a next link.

use super::{Bundle, Chance, Lie, Moment};

pub(in super::super) struct Mute {
    /// Whether it says so where somebody asks for it.
    pub(in super::super) gives: bool,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Mute { gives: chance.happens(0.5) })
}

impl Lie for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        if !(self.gives && bundle.query.asks_for_total()) {
            bundle.total = None;
        }
    }
}
