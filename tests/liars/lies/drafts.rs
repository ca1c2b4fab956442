//! Appointments and orders that are no more than drafts at first, and some of which are never more.

use super::{Chance, Kind, Lie, Plan};

pub(in super::super) struct Drafts;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Drafts)
}

impl Lie for Drafts {
    fn name(&self) -> &'static str {
        "drafts"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        let mut seen = Vec::new();
        let mut written: Vec<_> = plan.script.iter_mut().collect();
        written.sort_by_key(|write| write.at);
        for write in written {
            let is_first = !seen.contains(&write.id);
            seen.push(write.id.clone());
            if !is_first || chance.happens(0.5) {
                continue;
            }
            write.draft.status = match write.kind {
                Kind::Appointment => ["proposed", "pending", "waitlist"][chance.below(3) as usize],
                Kind::Order => "draft",
                _ => continue,
            };
        }
    }
}
