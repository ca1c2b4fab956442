//! Every lie is told of at most once, where a person looks, and no server is said to tell one that it
//! does not tell.

use std::collections::BTreeSet;

use super::Case;

/// What a notice says, and the lies of which it may.
const REASONS: &[(&str, &[&str])] = &[
    (
        "does not sort",
        &["unsorted", "unsteady", "unfiltered", "reading time", "contents of now", "skew"],
    ),
    ("does not mind _lastUpdated", &["unfiltered", "server put back"]),
    ("nobody can tell what is gone", &["odd records"]),
    ("times without a zone", &["odd records"]),
    ("clock is behind", &["skew", "server put back"]),
    ("clock was put back", &["server put back"]),
    ("clock is ahead", &["skew", "host put back"]),
    ("more than a day", &["skew"]),
    ("counts of records are wrong", &["wrong total", "full page"]),
    (
        "pages moved",
        &["offset", "unsteady", "contents of now", "short pages", "wrong total", "no next"],
    ),
    ("a next link leads to", &["foreign links"]),
    ("without a body", &["odd answers"]),
    ("fractions of a second", &["no fractions"]),
    ("says the same as before", &["reading time", "unfiltered", "versions"]),
];

pub(super) fn are_told_once(case: &Case) -> Vec<String> {
    let tasks = case.ended.report.tasks.iter();
    let twice = tasks.clone().filter(|(_, task)| {
        task.notices.iter().collect::<BTreeSet<_>>().len() != task.notices.len()
    });
    let twice = twice.map(|(name, task)| format!("told of twice: {name}, {:?}", task.notices));
    let wrong = tasks.flat_map(|(_, task)| &task.notices).filter(|notice| !is_so(case, notice));
    twice.chain(wrong.map(|notice| format!("accused: {notice}"))).collect()
}

fn is_so(case: &Case, notice: &str) -> bool {
    let reasons = REASONS.iter().filter(|(says, _)| notice.contains(says));
    let lies: Vec<_> = reasons.flat_map(|(_, lies)| *lies).collect();
    case.lies().iter().any(|lie| lies.contains(&&lie.name()))
}
