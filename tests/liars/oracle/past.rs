//! What was written before a connection's beginning is told to nobody.

use super::Case;
use crate::liars::record::{Record, State};

pub(super) fn is_left_alone(case: &Case) -> Vec<String> {
    let told = case.records().filter(|record| is_told(case, record)).map(|it| it.id.as_str());
    let told: Vec<_> = told.collect();
    if told.is_empty() { Vec::new() } else { vec![format!("history: {told:?} were told")] }
}

/// How far back the beginning may lie depends on the server's clock.
fn is_told(case: &Case, record: &Record) -> bool {
    let blur = case.lies().iter().map(|lie| lie.blurs()).max().unwrap_or(0);
    // What has no time may be new to who is not told apart what is old.
    let is_unbound = case.lies().iter().any(|lie| lie.name() == "unfiltered");
    let is_plain = |state: &&State| state.stamp.is_some() || !is_unbound;
    case.told(record).any(|(_, number)| {
        let mut known = record.states.iter().filter(is_plain);
        known.any(|state| state.number == number && state.at < -blur)
    })
}
