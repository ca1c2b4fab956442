//! Where nothing happens, a poll is one request, and what is read again is asked for now and then.

use super::Case;
use crate::liars::{run::QUIET, world::Exchange};

/// Requests beside those of polls that the last minutes may see of a task.
const AGAIN: i64 = 12;

pub(super) fn is_cheap(case: &Case) -> Vec<String> {
    let is_idle =
        |it: &&Exchange| it.at > case.ended.quiet_from && it.question.looked_up().is_none();
    let asked = case.world.asked.iter().filter(is_idle).count();
    let tasks = case.rules.kinds.len() as i64;
    let most = tasks * (QUIET / case.rules.interval + 1 + AGAIN);
    let is_dear = asked as i64 > most && !case.lies().iter().any(|lie| lie.is_dear());
    is_dear
        .then(|| format!("dear: {asked} requests of idle minutes, not {most}"))
        .into_iter()
        .collect()
}
