//! Many records of one time: transactions that are larger than a page, seen at once.

use super::{Chance, Draft, Kind, Lie, Plan, Write};
use crate::liars::chronicle::MINUTE;

pub(in super::super) struct Transactions;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Transactions)
}

impl Lie for Transactions {
    fn name(&self) -> &'static str {
        "transactions"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        for place in 0..chance.between(1, 3) {
            let at = chance.between(1, 40) as i64 * MINUTE + chance.below(60_000) as i64;
            let many = plan.page_size as u64 + chance.between(0, 60);
            plan.script.extend(transaction(&format!("t{place}x"), many, at, 0));
        }
    }
}

/// So many appointments, each of its own patient, written and seen together.
pub(in super::super) fn transaction(
    prefix: &str,
    many: u64,
    at: i64,
    late: i64,
) -> impl Iterator<Item = Write> {
    (0..many).map(move |place| {
        let id = format!("{prefix}{place}");
        let draft = Draft::new(Kind::Appointment, Some(&format!("of-{id}")));
        Write { at, late, kind: Kind::Appointment, id, draft }
    })
}
