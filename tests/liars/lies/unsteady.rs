//! An order that is another one for each page: what one passes over stands on no other, and the page
//! that has it shows another record a second time.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Chance, Found, Lie, Moment, Query, Record};

#[derive(Clone, Copy)]
pub(in super::super) enum Unsteady {
    /// Sorted, but for what has the same time: its order depends on where a page begins and ends, as
    /// a database has it that sorts no further than it must.
    Ties,
    /// Not sorted, and so.
    Pages,
    /// Another order at each request.
    Requests,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let all = [Unsteady::Ties, Unsteady::Pages, Unsteady::Requests];
    Box::new(all[chance.below(3) as usize])
}

impl Lie for Unsteady {
    fn name(&self) -> &'static str {
        "unsteady"
    }

    fn pages_live(&self) -> bool {
        true
    }

    fn orders(
        &mut self,
        query: &Query,
        records: &[Record],
        found: &mut Vec<Found>,
        moment: &mut Moment,
    ) {
        let drawn = match self {
            Self::Requests => moment.chance.below(u64::MAX),
            Self::Ties | Self::Pages => (query.offset + query.count) as u64,
        };
        found.sort_by_key(|it| {
            let state = &records[it.record].states[it.state];
            let time = if query.sorted == Some(true) { -state.clock } else { state.clock };
            let time = if matches!(self, Self::Ties) { time } else { 0 };
            let mut hasher = DefaultHasher::new();
            (it.record, drawn).hash(&mut hasher);
            (time, hasher.finish())
        });
    }
}
