//! Patients who turn out to be one: the one says who took its place, then the other whose place it
//! took.

use super::{Chance, Draft, Kind, Lie, Plan, Write};
use crate::liars::{
    chronicle::{HOUR, MINUTE, SECOND},
    record::Link,
};

pub(in super::super) struct Merges(pub(in super::super) u64);

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Merges(chance.between(1, 5)))
}

impl Lie for Merges {
    fn name(&self) -> &'static str {
        "merges"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        if !plan.kinds.contains(&Kind::Patient) {
            plan.kinds.push(Kind::Patient);
        }
        for place in 0..self.0 {
            let (gone, stays) = (format!("gone{place}"), format!("stays{place}"));
            let made = if chance.happens(0.5) { -HOUR } else { MINUTE };
            let at = 10 * MINUTE + chance.below(20 * MINUTE as u64) as i64;
            let after = at + chance.below(3) as i64 * 30 * SECOND;
            let mut write = |at, id: &str, link| {
                let draft = Draft { link, ..Draft::new(Kind::Patient, None) };
                plan.script.push(Write { at, late: 0, kind: Kind::Patient, id: id.into(), draft });
            };
            write(made, &gone, None);
            write(made, &stays, None);
            write(at, &gone, Some(Link::ReplacedBy(stays.clone())));
            write(after, &stays, Some(Link::Replaces(gone.clone())));
        }
    }
}
