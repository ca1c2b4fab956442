//! That two patients are one is told, of both.

use serde_json::Value;

use super::{Case, MERGE};
use crate::liars::{
    lies::Expected,
    receiver::Taken,
    record::{Link, Record, State},
};

pub(super) fn are_told(case: &Case) -> Vec<String> {
    let told = case.records().filter(|it| case.expected(it) == Expected::Told);
    let merges = told.filter_map(|record| match &record.last()?.draft.link {
        Some(Link::ReplacedBy(stays)) => Some((record, stays)),
        _ => None,
    });
    let untold = merges.filter(|(gone, stays)| !is_told(case, &gone.id, stays));
    untold.map(|(gone, stays)| format!("unmerged: {} is {stays} now", gone.id)).collect()
}

/// Whether a state says that its patient is another, or took another's place, and that was told.
pub(super) fn tells(case: &Case, record: &Record, state: &State) -> bool {
    match &state.draft.link {
        Some(Link::ReplacedBy(stays)) => is_told(case, &record.id, stays),
        Some(Link::Replaces(gone)) => is_told(case, gone, &record.id),
        None => false,
    }
}

/// Whether somebody heard that the one is the other.
fn is_told(case: &Case, gone: &str, stays: &str) -> bool {
    let mut merges = case.world.receiver.taken().filter(|taken| is_merge(taken));
    merges.any(|taken| names(&taken.told.data, gone) && names(&taken.told.data, stays))
}

pub(super) fn is_merge(taken: &Taken) -> bool {
    taken.told.event == MERGE
}

fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(values) => values.iter().any(|it| names(it, id)),
        Value::Object(fields) => fields.values().any(|it| names(it, id)),
        _ => false,
    }
}
