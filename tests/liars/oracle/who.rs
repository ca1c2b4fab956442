//! What is told is about the right patient, by the right name, and says what the record says.

use serde_json::Value;

use super::Case;
use crate::liars::{
    lies::{ended_names::ENDED, several_patients::DECLINED},
    receiver::Taken,
    record::{GIVEN, Kind, Record, State},
};

pub(super) fn is_right(case: &Case) -> Vec<String> {
    let taken = case.world.receiver.taken();
    let names = taken.filter_map(|taken| name_of(&taken.told.data).map(|name| (taken, name)));
    let wrong = names.filter(|(_, name)| *name != GIVEN);
    let misnamed = wrong.map(|(taken, name)| {
        let what = if name == ENDED { "an ended name" } else { "garbled" };
        format!("{what}: {} was told with the name {name:?}", taken.told.meta.record)
    });
    let about = case.records().flat_map(|record| {
        let told = case.told(record);
        let states = told.filter_map(|(taken, number)| {
            let state = record.states.iter().find(|state| state.number == number)?;
            about(record, state, taken)
        });
        states.collect::<Vec<_>>()
    });
    misnamed.chain(about).collect()
}

/// The patient whom a state is about is the one who hears of it.
fn about(record: &Record, state: &State, taken: &Taken) -> Option<String> {
    let patient = match record.kind {
        Kind::Patient => return None,
        _ => state.draft.patient.as_deref(),
    };
    let (id, number, key) = (&record.id, state.number, taken.told.meta.key.as_str());
    let known = id_of(&taken.told.data);
    let is_its = match patient {
        Some(patient) => key.strip_prefix("Patient/") == Some(patient) && known == Some(patient),
        None => known != Some(DECLINED),
    };
    (!is_its)
        .then(|| format!("of whom: {id} {number} is of {patient:?}, told of {known:?} as {key}"))
}

/// The server's own id of the patient.
fn id_of(data: &Value) -> Option<&str> {
    let identifiers = data["Patient"]["Identifiers"].as_array()?;
    identifiers.iter().find(|it| it["IDType"] == "EHRID")?["ID"].as_str()
}

fn name_of(data: &Value) -> Option<&str> {
    data["Patient"]["Demographics"]["FirstName"].as_str()
}
