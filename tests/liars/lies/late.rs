//! Late commits: what is written is seen when its transaction ends, seconds or minutes after the time
//! that it carries.

use super::{Chance, Lie, Plan, transactions::transaction};
use crate::liars::chronicle::{MINUTE, SECOND};

pub(in super::super) struct Late {
    singles: bool,
    transactions: bool,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let singles = chance.happens(0.6);
    Box::new(Late { singles, transactions: !singles || chance.happens(0.4) })
}

impl Late {
    /// What is late already where it is written down.
    pub(in super::super) fn as_written() -> Self {
        Self { singles: false, transactions: false }
    }
}

/// How late something may come.
fn lateness(chance: &mut Chance) -> i64 {
    let most = [10 * SECOND, MINUTE, 8 * MINUTE][chance.below(3) as usize];
    chance.between(1_000, most as u64) as i64
}

impl Lie for Late {
    fn name(&self) -> &'static str {
        "late"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        if self.singles {
            for write in plan.script.iter_mut().filter(|write| write.at >= 0) {
                if chance.happens(0.15) {
                    write.late = lateness(chance);
                }
            }
        }
        if self.transactions {
            for place in 0..chance.between(1, 3) {
                let at = chance.between(1, 40) as i64 * MINUTE;
                let late = lateness(chance);
                plan.script.extend(transaction(
                    &format!("late{place}x"),
                    chance.between(5, 80),
                    at,
                    late,
                ));
            }
        }
    }

    fn grace(&self) -> i64 {
        10 * MINUTE
    }
}
