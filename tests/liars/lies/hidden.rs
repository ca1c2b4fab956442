//! Changes that no search by time ever shows in time: records whose time does not move with what they
//! say, and new ones that turn up hours after theirs. Only a sweep finds them.

use super::{Chance, Lie, Moment, Plan, Record, State};
use crate::liars::chronicle::{HOUR, MINUTE};

/// What is written into the ids of records that are hidden where chance does not choose.
pub(in super::super) const HIDDEN: &str = "hidden";
/// Longer than hosts look back for what comes late.
const LATE: i64 = 2 * HOUR;
/// Until the first sweep has read all, nobody could know.
const READ_ONCE: i64 = 2 * MINUTE;

pub(in super::super) enum Hidden {
    /// Of the changes, this part.
    Some(f64),
    /// Each change from this time on of records that are called so.
    Named(i64),
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Hidden::Some([0.01, 0.1, 0.5][chance.below(3) as usize]))
}

impl Lie for Hidden {
    fn name(&self) -> &'static str {
        "hidden"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        plan.further.push_str(", sweep = { every = \"1h\" }");
    }

    fn writes(&mut self, record: &Record, state: &mut State, moment: &mut Moment) {
        let is_hidden = match self {
            Self::Some(part) => moment.chance.happens(*part),
            Self::Named(from) => record.id.contains(HIDDEN) && state.at >= *from,
        };
        if state.at < READ_ONCE || !is_hidden {
            return;
        }
        match record.last() {
            Some(before) => (state.clock, state.stamp) = (before.clock, before.stamp),
            None => state.seen = state.at + LATE,
        }
    }

    fn grace(&self) -> i64 {
        HOUR + 10 * MINUTE
    }

    fn outlasts(&self) -> i64 {
        LATE
    }

    fn is_dear(&self) -> bool {
        true
    }
}
