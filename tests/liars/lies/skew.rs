//! A clock of the server's that is minutes off, and a `Date` that says so, is missing or is of 1970.

use rounds::egress::Answered;

use super::{Asked, Chance, Lie, Moment};
use crate::liars::chronicle::{HOUR, MINUTE};

#[derive(Clone, Copy)]
pub(in super::super) enum Date {
    OfClock,
    Missing,
    Of1970,
}

pub(in super::super) struct Skew {
    pub(in super::super) ahead: i64,
    pub(in super::super) date: Date,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let date = [Date::OfClock, Date::Missing, Date::Of1970][chance.below(3) as usize];
    let ahead = (chance.below(20) as i64 - 10) * MINUTE;
    Box::new(Skew { ahead, date })
}

impl Lie for Skew {
    fn name(&self) -> &'static str {
        "skew"
    }

    fn ehr_clock(&self, _now: i64) -> i64 {
        self.ahead
    }

    /// An hour by its clock.
    fn blurs(&self) -> i64 {
        HOUR + self.ahead.abs() + MINUTE
    }

    /// Of who does not say what time it is, the newest is read again.
    fn is_dear(&self) -> bool {
        !matches!(self.date, Date::OfClock)
    }

    fn sends(&mut self, _asked: &Asked, answered: &mut Answered, _moment: &mut Moment) {
        match self.date {
            Date::OfClock => {}
            Date::Missing => answered.headers.retain(|(name, _)| name != "date"),
            Date::Of1970 => {
                let dates = answered.headers.iter_mut().filter(|(name, _)| name == "date");
                dates.for_each(|(_, value)| *value = "Thu, 01 Jan 1970 00:00:00 GMT".into());
            }
        }
    }
}
