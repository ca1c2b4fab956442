//! A server that does not sort as it is asked to: in the order of making, of ids, or backwards.

use super::{Chance, Found, Lie, Moment, Query, Record};

#[derive(Clone, Copy)]
pub(in super::super) enum Unsorted {
    AsMade,
    ById,
    Backwards,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let all = [Unsorted::AsMade, Unsorted::ById, Unsorted::Backwards];
    Box::new(all[chance.below(3) as usize])
}

impl Lie for Unsorted {
    fn name(&self) -> &'static str {
        "unsorted"
    }

    fn orders(
        &mut self,
        _query: &Query,
        records: &[Record],
        found: &mut Vec<Found>,
        _moment: &mut Moment,
    ) {
        match self {
            Self::AsMade => found.sort_by_key(|it| it.record),
            Self::ById => found.sort_by_key(|it| &records[it.record].id),
            Self::Backwards => {
                found.sort_by_key(|it| -records[it.record].states[it.state].clock);
            }
        }
    }
}
