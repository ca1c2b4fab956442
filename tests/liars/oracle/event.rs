//! Each state is told as what it is.

use super::{
    Case,
    table::{self, Past},
};
use crate::liars::record::Record;

/// Whether hosts know which records are new to the receiver; else one that was made and changed
/// between two polls may be told as changed.
const KNOWS_NEW: bool = false;

pub(super) fn is_right(case: &Case) -> Vec<String> {
    let nameless = case.world.receiver.taken().filter(|taken| taken.state.is_none());
    let nameless = nameless.map(|taken| format!("told of nothing: {}", taken.told.event));
    case.records().flat_map(|record| of(case, record)).chain(nameless).collect()
}

fn of(case: &Case, record: &Record) -> Vec<String> {
    let mut past = if record.is_old() || !KNOWS_NEW { Past::Old } else { Past::New };
    let mut broken = Vec::new();
    for (taken, number) in case.told(record) {
        let Some(state) = record.states.iter().find(|state| state.number == number) else {
            broken.push(format!("{} has no state {number}", record.id));
            continue;
        };
        let (event, right) = (&taken.told.event, table::events(record.kind, past, &state.draft));
        if !right.contains(&event.as_str()) {
            broken.push(format!(
                "misnamed: {} {number} was told as {event}, not {right:?}",
                record.id
            ));
        }
        past = Past::Told(&state.draft);
    }
    broken
}
