//! Records that are of another patient later: a held slot is booked, a booking is corrected.

use super::{Chance, Kind, Lie, Plan, Write};

pub(in super::super) struct MovingPatients {
    /// Whether it moves what others write.
    pub(in super::super) moves: bool,
}

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(MovingPatients { moves: true })
}

impl Lie for MovingPatients {
    fn name(&self) -> &'static str {
        "moving patients"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        let may = |write: &&mut Write| self.moves && write.kind == Kind::Appointment;
        for write in plan.script.iter_mut().filter(may) {
            match chance.below(5) {
                0 => write.draft.patient = None,
                1 => write.draft.patient = Some("p0".into()),
                _ => {}
            }
        }
    }
}
