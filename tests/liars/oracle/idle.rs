//! Where nothing happens, a poll is one request, and what is read again is asked for now and then.

use super::Case;
use crate::liars::{record::Kind, run::QUIET, world::Exchange};

/// How often what came in the last minutes may be read again in that time: after one, two, three and
/// three minutes more, in two rounds each of a server that does not sort.
const AGAIN: i64 = 4 * 2;

pub(super) fn is_cheap(case: &Case) -> Vec<String> {
    let is_idle =
        |it: &&Exchange| it.at > case.ended.quiet_from && it.question.looked_up().is_none();
    let asked = case.world.asked.iter().filter(is_idle).count() as i64;
    // Results are of two types.
    let searches = |kind: &Kind| if *kind == Kind::Observation { 2 } else { 1 };
    let tasks: i64 = case.rules.kinds.iter().map(searches).sum();
    let caps = case.lies().iter().map(|lie| lie.most_a_page());
    let size = caps.fold(case.rules.page_size, usize::min);
    let pages = (case.records().count() / size) as i64 + tasks;
    let asks = case.lies().iter().map(|lie| lie.asks()).max().unwrap_or(1);
    let most = tasks * (QUIET / case.rules.interval + 1) + AGAIN * pages * asks;
    if asked <= most || case.lies().iter().any(|lie| lie.is_dear()) {
        return Vec::new();
    }
    vec![format!("dear: {asked} requests of idle minutes, not {most}")]
}
