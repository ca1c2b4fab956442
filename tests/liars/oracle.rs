//! What was promised, held against what a receiver was told: a check a file.

mod event;
mod idle;
mod last;
mod merges;
mod notices;
mod order;
mod pace;
mod past;
mod progress;
mod strays;
mod table;
mod twice;
mod waiting;
mod who;
mod words;

use std::collections::BTreeSet;

pub(super) use self::table::MERGE;
use super::{
    chronicle::SECOND,
    lies::{Expected, Lie},
    plan::Plan,
    receiver::Taken,
    record::{Kind, Record, State},
    run::Ended,
    world::Inner,
};

/// Requests, syncs and turns take some time, whatever the interval.
const SLACK: i64 = 10 * SECOND;
/// How many polls may pass before a state is told.
const POLLS: i64 = 3;

/// What a world is held to.
pub(super) struct Rules {
    kinds: Vec<Kind>,
    interval: i64,
    page_size: usize,
    grace: i64,
    /// How much longer than that a world lasts.
    outlasts: i64,
    /// Whether nobody wants to hear of what was over before anybody heard of it.
    skips_unheard: bool,
    /// Whether all that there is is read now and then.
    sweeps: bool,
}

impl Rules {
    pub(super) fn of(plan: &Plan) -> Self {
        let grace = plan.lies.iter().map(|lie| lie.grace()).sum();
        let outlasts = plan.lies.iter().map(|lie| lie.outlasts()).sum();
        let Plan { interval, page_size, skips_unheard, .. } = *plan;
        let kinds = plan.kinds.clone();
        let sweeps = plan.further.contains("sweep");
        Self { kinds, interval, page_size, grace, outlasts, skips_unheard, sweeps }
    }

    /// How long after it could be seen a state is told.
    fn patience(&self) -> i64 {
        POLLS * self.interval + self.grace + SLACK
    }

    /// From when on nothing happens any more, where the last state is written then.
    pub(super) fn quiet_from(&self, last: i64) -> i64 {
        last + self.patience() + self.outlasts
    }
}

/// A world at its end.
struct Case<'a> {
    world: &'a Inner,
    rules: &'a Rules,
    ended: &'a Ended,
    /// Records of which something waits behind what is refused for ever.
    behind: BTreeSet<&'a str>,
}

impl<'a> Case<'a> {
    /// The records that are polled.
    fn records(&self) -> impl Iterator<Item = &'a Record> {
        let kinds = &self.rules.kinds;
        self.world.server.records.iter().filter(|it| kinds.contains(&it.kind))
    }

    fn lies(&self) -> &'a [Box<dyn Lie>] {
        &self.world.lies
    }

    /// What is right for a record, whatever lies there are of it.
    fn expected(&self, record: &Record) -> Expected {
        if self.behind.contains(record.id.as_str()) {
            return Expected::Refused;
        }
        let all = self.lies().iter().map(|lie| lie.expects(record));
        all.max().unwrap_or(Expected::Told)
    }

    /// Whether nobody need hear of a state: over, where who has the record has not heard of it; a
    /// draft, or the end of one; what a merge has told already.
    fn is_silent(&self, record: &'a Record, state: &State) -> bool {
        if merges::tells(self, record, state) {
            return true;
        }
        let before = self.told(record).map(|(_, number)| number).filter(|it| *it < state.number);
        let is_draft = |state: &State| table::is_draft(record.kind, &state.draft);
        let was_draft = || record.states.iter().any(|it| it.number < state.number && is_draft(it));
        let is_unheard = match before.max() {
            None if is_draft(state) => return true,
            None => self.rules.skips_unheard || was_draft(),
            Some(before) => record.moved(before, state.number),
        };
        is_unheard && table::is_over(record.kind, &state.draft)
    }

    /// Whether nobody is to hear of a state, or of what followed it before it had to be told.
    fn may_be_passed(&self, record: &'a Record, state: &State, until: i64) -> bool {
        let followed = |it: &&State| it.number >= state.number && it.seen <= until;
        record.states.iter().filter(followed).any(|it| self.is_silent(record, it))
    }

    /// What was taken of a record, in the order in which it came.
    fn told(&self, record: &'a Record) -> impl Iterator<Item = (&'a Taken, usize)> {
        self.world.receiver.taken().filter_map(move |taken| match &taken.state {
            Some((id, number)) if *id == record.id => Some((taken, *number)),
            _ => None,
        })
    }
}

/// All that was broken.
pub(super) fn judge(world: &Inner, rules: &Rules, ended: &Ended) -> Vec<String> {
    let behind = waiting::behind_refused(world, ended);
    let case = Case { world, rules, ended, behind };
    let checks = [
        last::is_told,
        past::is_left_alone,
        twice::is_told_once,
        order::is_kept,
        event::is_right,
        progress::is_made,
        idle::is_cheap,
        pace::is_kept,
        notices::are_told_once,
        strays::are_none,
        who::is_right,
        merges::are_told,
        words::are_clean,
    ];
    checks.iter().flat_map(|check| check(&case)).collect()
}
