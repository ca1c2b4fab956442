//! Records as R5 has them, where it differs: an appointment's subject, reasons that may be references,
//! lists of classes, other words for the same status.

use serde_json::{Value, json};

use super::{Chance, Kind, Lie, Moment, Record};

pub(in super::super) struct Release5;

pub(super) fn draw(_chance: &mut Chance) -> Box<dyn Lie> {
    Box::new(Release5)
}

impl Lie for Release5 {
    fn name(&self) -> &'static str {
        "release 5"
    }

    fn shows(&mut self, record: &Record, shown: &mut Value, _moment: &mut Moment) {
        match record.kind {
            Kind::Appointment => appointment(shown),
            Kind::Encounter => encounter(shown),
            Kind::Order => shown["code"] = json!({"concept": shown["code"]}),
            Kind::Patient | Kind::Observation | Kind::Report => {}
        }
    }
}

fn appointment(shown: &mut Value) {
    let reason = json!([{"concept": {"text": shown["description"]}}]);
    shown["reason"] = reason;
    remove(shown, "description");
    let Some(participants) = shown["participant"].as_array_mut() else { return };
    let is_patient = |it: &Value| {
        it["actor"]["reference"].as_str().is_some_and(|reference| reference.contains("Patient/"))
    };
    if let Some(place) = participants.iter().position(is_patient) {
        shown["subject"] = participants.remove(place)["actor"].take();
    }
}

fn encounter(shown: &mut Value) {
    shown["class"] = json!([{"coding": [shown["class"]]}]);
    shown["reason"] = json!([{"value": [{"concept": shown["reasonCode"][0]}]}]);
    remove(shown, "reasonCode");
    if shown["status"] == "finished" {
        shown["status"] = "completed".into();
    }
}

fn remove(shown: &mut Value, field: &str) {
    shown.as_object_mut().unwrap().remove(field);
}
