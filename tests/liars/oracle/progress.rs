//! A state is told soon after it can be seen, or a later one is.

use super::Case;
use crate::liars::{lies::Expected, record::Record};

pub(super) fn is_made(case: &Case) -> Vec<String> {
    let told = case.records().filter(|it| case.expected(it) == Expected::Told);
    told.filter_map(|record| of(case, record)).collect()
}

fn of(case: &Case, record: &Record) -> Option<String> {
    let told: Vec<_> = case.told(record).map(|(taken, number)| (taken.at, number)).collect();
    let late = record.states.iter().filter(|state| state.at >= 0).find_map(|state| {
        let seen = case.lies().iter().map(|lie| lie.ends(record, state.seen)).max();
        let seen = seen.unwrap_or(state.seen);
        let until = seen + case.rules.patience();
        let first = told.iter().find(|(_, number)| *number >= state.number);
        let is_due = until < case.ended.now && first.is_none_or(|(at, _)| *at > until);
        (is_due && !case.may_be_passed(record, state, until)).then_some((state, first))
    });
    late.map(|(state, first)| {
        let (id, number, seen) = (&record.id, state.number, state.seen);
        format!("stuck: {id} {number} was seen at {seen}, told at {:?}", first.map(|(at, _)| at))
    })
}
