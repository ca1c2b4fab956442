//! What is said of a server and a receiver holds nothing of a patient and no secret, and each oddity
//! is told of once.

use std::collections::BTreeSet;

use super::Case;
use crate::{
    liars::{
        record::{GIVEN, MARK},
        user::{CLIENT_SECRET, TOKEN},
    },
    support::SECRET,
};

/// How the log begins to tell of a notice.
const NOTICE: &str = "a notice of the EHR's answers";

/// What no word may hold.
const CANARIES: [&str; 6] = [MARK, GIVEN, TOKEN, CLIENT_SECRET, SECRET, "-of-general"];

pub(super) fn are_clean(case: &Case) -> Vec<String> {
    let said: Vec<_> = said(case);
    let holds = |line: &&&str| CANARIES.iter().any(|canary| line.contains(canary));
    let leaks = said.iter().filter(holds).map(|line| format!("leaked: {line}"));
    let mut known = BTreeSet::new();
    let notices = case.ended.said.iter().filter(|line| line.contains(NOTICE));
    let twice = notices.filter(|line| !known.insert(*line));
    leaks.chain(twice.map(|line| format!("told of twice: {line}"))).collect()
}

/// All that the host says anywhere.
fn said<'a>(case: &Case<'a>) -> Vec<&'a str> {
    let report = &case.ended.report;
    let tasks = report.tasks.values().flat_map(|task| {
        let trouble = task.uncollected.iter().map(|it| &it.error);
        let sweep = task.sweep.iter().filter_map(|sweep| sweep.error.as_ref());
        task.error.iter().chain(&task.notice).chain(&task.notices).chain(trouble).chain(sweep)
    });
    let destinations = report.destinations.values().filter_map(|it| it.error.as_ref());
    let letters = case.ended.dead.iter().map(|letter| &letter.reason);
    let all = case.ended.said.iter().chain(tasks).chain(destinations).chain(letters);
    all.map(String::as_str).collect()
}
