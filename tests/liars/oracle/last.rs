//! Each record's last state is told, or lies where a person finds it.

use super::Case;
use crate::liars::{lies::Expected, record::Record};

pub(super) fn is_told(case: &Case) -> Vec<String> {
    let unreadable = case.records().filter(|it| case.expected(it) == Expected::Buried).count();
    let mut broken: Vec<_> = case.records().filter_map(|record| of(case, record)).collect();
    let letters = case.ended.dead.len();
    if letters < unreadable {
        broken.push(format!("{unreadable} records cannot be read, and {letters} are dead letters"));
    }
    let odd = case.records().filter(|it| case.expected(it) == Expected::Either).count();
    if letters > unreadable + odd {
        let reasons: Vec<_> = case.ended.dead.iter().map(|letter| &letter.reason).collect();
        broken.push(format!("dead letters that nobody expected: {reasons:?}"));
    }
    broken
}

fn of(case: &Case, record: &Record) -> Option<String> {
    let last = record.last()?;
    let told = case.told(record).map(|(_, number)| number).max();
    if last.seen > case.ended.now || case.expected(record) != Expected::Told || last.at < 0 {
        return None;
    }
    let is_told = told == Some(last.number) || case.is_silent(record, last);
    (!is_told)
        .then(|| format!("missed: {} stands at {}, told was {told:?}", record.id, last.number))
}
