//! Appointments that name several patients, the first of whom has declined.

use serde_json::{Value, json};

use super::{Chance, Draft, Kind, Lie, Moment, Plan, Record, Write};
use crate::liars::chronicle::HOUR;

/// Who has declined.
pub(in super::super) const DECLINED: &str = "declined";

pub(in super::super) struct SeveralPatients;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(SeveralPatients)
}

impl Lie for SeveralPatients {
    fn name(&self) -> &'static str {
        "several patients"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        let (kind, id, draft) = (Kind::Patient, DECLINED.into(), Draft::new(Kind::Patient, None));
        plan.script.push(Write { at: -HOUR, late: 0, kind, id, draft });
    }

    fn shows(&mut self, record: &Record, shown: &mut Value, _moment: &mut Moment) {
        if let Some(participants) = shown["participant"].as_array_mut()
            && record.kind == Kind::Appointment
        {
            let actor = json!({"reference": format!("Patient/{DECLINED}")});
            participants.insert(0, json!({"actor": actor, "status": "declined"}));
        }
    }
}
