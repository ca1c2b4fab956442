//! Pages without next links, though `total` says that there is more: `gICS` and Medplum's router.

use super::{Bundle, Chance, Lie, Moment};

pub(in super::super) struct NoNext;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(NoNext)
}

impl Lie for NoNext {
    fn name(&self) -> &'static str {
        "no next"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        bundle.next = None;
    }
}
