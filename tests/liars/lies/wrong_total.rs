//! A `total` that is not how many there are: those of the page, some more or fewer, or all of the
//! server, whatever was asked for.

use super::{Bundle, Chance, Lie, Moment};
use crate::liars::chronicle::MINUTE;

/// Records of the whole server.
const ALL: usize = 70_000;

pub(in super::super) enum WrongTotal {
    OfPage,
    Fewer(usize),
    More(usize),
    OfServer,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let by = chance.between(1, 3) as usize;
    Box::new(match chance.below(4) {
        0 => WrongTotal::OfPage,
        1 => WrongTotal::Fewer(by),
        2 => WrongTotal::More(by),
        _ => WrongTotal::OfServer,
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
            Self::OfServer => ALL,
        };
        bundle.total = Some(said.into());
    }

    /// A poll that may have been shown too little fails, and is tried later and later.
    fn grace(&self) -> i64 {
        if self.is_dear() { 15 * MINUTE } else { 0 }
    }

    fn is_dear(&self) -> bool {
        matches!(self, Self::More(_) | Self::OfServer)
    }
}
