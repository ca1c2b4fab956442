//! A full page that says neither that there is more nor how many there are.

use super::{Bundle, Chance, Lie, Moment};

pub(in super::super) struct FullPage;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(FullPage)
}

impl Lie for FullPage {
    fn name(&self) -> &'static str {
        "full page"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        (bundle.next, bundle.total) = (None, None);
    }
}
