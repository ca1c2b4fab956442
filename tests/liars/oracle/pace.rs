//! Nobody asks for the same page again and again.

use std::collections::BTreeMap;

use super::Case;
use crate::liars::chronicle::MINUTE;

/// How often the same page may be asked for in a minute: at each poll, and until it is had.
const MOST: usize = 60;

pub(super) fn is_kept(case: &Case) -> Vec<String> {
    let searches = case.world.asked.iter().filter(|it| it.question.looked_up().is_none());
    let mut asked = BTreeMap::<_, usize>::new();
    for it in searches {
        let page = (&it.question.path, &it.question.query, it.at / MINUTE);
        *asked.entry(page).or_default() += 1;
    }
    let hammered = asked.into_iter().filter(|(_, times)| *times > MOST);
    hammered
        .map(|((path, query, minute), times)| {
            format!("hammers: {path} {query:?} {times} times in minute {minute}")
        })
        .collect()
}
