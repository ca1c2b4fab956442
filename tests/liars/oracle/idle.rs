//! Where nothing happens, a poll is one request, and what is read again is asked for now and then.

use super::Case;
use crate::liars::{run::QUIET, server::Asked};

/// Requests beside those of polls that half an hour may see of a task.
const AGAIN: i64 = 15;

pub(super) fn is_cheap(case: &Case) -> Vec<String> {
    let is_idle =
        |(at, asked): &&(i64, Asked)| *at > case.ended.quiet_from && asked.looked_up().is_none();
    let asked = case.world.asked.iter().filter(is_idle).count();
    let tasks = case.rules.kinds.len() as i64;
    let most = tasks * (QUIET / case.rules.interval + 1 + AGAIN);
    let is_dear = asked as i64 > most && !case.lies().iter().any(|lie| lie.is_dear());
    is_dear
        .then(|| format!("dear: {asked} requests of an idle half hour, not {most}"))
        .into_iter()
        .collect()
}
