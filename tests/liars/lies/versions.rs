//! Versions that are no numbers: names without an order, none, or no `meta` at all.

use super::{Chance, Lie, Moment, Record, State};

#[derive(Clone, Copy)]
pub(in super::super) enum Versions {
    Names,
    Missing,
    NoMeta,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new([Versions::Names, Versions::Missing, Versions::NoMeta][chance.below(3) as usize])
}

impl Lie for Versions {
    fn name(&self) -> &'static str {
        "versions"
    }

    fn writes(&mut self, _record: &Record, state: &mut State, moment: &mut Moment) {
        state.version = match self {
            Self::Names => Some(format!("{:016x}", moment.chance.below(u64::MAX))),
            Self::Missing | Self::NoMeta => None,
        };
        if matches!(self, Self::NoMeta) {
            state.stamp = None;
        }
    }

    fn is_dear(&self) -> bool {
        matches!(self, Self::NoMeta)
    }
}
