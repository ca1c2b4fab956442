//! A `total` that is not how many there are: those of the page, or some more or fewer.

use super::{Bundle, Chance, Lie, Moment};

pub(in super::super) enum WrongTotal {
    OfPage,
    Fewer(usize),
    More(usize),
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let by = chance.between(1, 3) as usize;
    Box::new(match chance.below(3) {
        0 => WrongTotal::OfPage,
        1 => WrongTotal::Fewer(by),
        _ => WrongTotal::More(by),
    })
}

impl Lie for WrongTotal {
    fn name(&self) -> &'static str {
        "wrong total"
    }

    fn pages(&mut self, bundle: &mut Bundle, _moment: &mut Moment) {
        let all = bundle.found.len();
        let said = match self {
            Self::OfPage => bundle.entries.len(),
            Self::Fewer(by) => all.saturating_sub(*by),
            Self::More(by) => all + *by,
        };
        bundle.total = Some(said.into());
    }

    fn is_dear(&self) -> bool {
        matches!(self, Self::More(_))
    }
}
