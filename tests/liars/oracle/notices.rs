//! Every lie is told of at most once, where a person looks.

use std::collections::BTreeSet;

use super::Case;

pub(super) fn are_told_once(case: &Case) -> Vec<String> {
    let tasks = case.ended.report.tasks.iter();
    let twice = tasks.filter(|(_, task)| {
        task.notices.iter().collect::<BTreeSet<_>>().len() != task.notices.len()
    });
    twice.map(|(name, task)| format!("told of twice: {name}, {:?}", task.notices)).collect()
}
