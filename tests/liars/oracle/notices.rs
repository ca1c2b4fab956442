//! Every lie is told of once, where a person looks.

use super::Case;

/// Until hosts have notices, nothing is known of them.
pub(super) fn are_told_once(case: &Case) -> Vec<String> {
    let of_task = |notices: &[String]| {
        let mut sorted = notices.to_vec();
        sorted.sort();
        sorted.dedup();
        sorted.len() != notices.len()
    };
    let tasks = notices(case);
    let twice = tasks.iter().filter(|(_, notices)| of_task(notices));
    twice.map(|(task, notices)| format!("{task} was told of twice: {notices:?}")).collect()
}

fn notices(case: &Case) -> Vec<(String, Vec<String>)> {
    let tasks = case.ended.report.tasks.iter();
    tasks.map(|(name, task)| (name.clone(), task.notice.clone().into_iter().collect())).collect()
}
