//! Containers that could not be collected yet, and what `status` shows of them.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    model::{ContainerId, Lane, TaskId},
    repeated::Repeated,
    status::{Status, Uncollected},
};

/// How it stands with a container that failed.
#[derive(Debug)]
pub(super) struct Failing {
    /// Since when, by the steady clock.
    pub(super) since: Timestamp,
    /// How long the EHR had failed as a whole until then.
    open_before: Duration,
    /// Times that it failed while the EHR answered others.
    pub(super) tries: u32,
    /// What is still refused is to be left out.
    pub(super) is_last_try: bool,
    pub(super) repeated: Repeated,
}

impl Failing {
    pub(super) fn new(now: Timestamp, open_for: Duration) -> Self {
        let (tries, is_last_try, repeated) = (0, false, Repeated::default());
        Self { since: now, open_before: open_for, tries, is_last_try, repeated }
    }

    /// One of a line in which what came before was refused for as long as that may be: nobody waits
    /// for all that time again.
    fn behind(spent: Spent) -> Self {
        let Spent { since, open_before } = spent;
        Self { since, ..Self::new(since, open_before) }
    }

    /// How long it has failed while the EHR did not fail as a whole.
    pub(super) fn of_its_own(&self, now: Timestamp, open_for: Duration) -> Duration {
        let since = crate::clock::until(self.since, now);
        since.saturating_sub(open_for.saturating_sub(self.open_before))
    }
}

/// Since when a line is refused, the last of which was told without that.
#[derive(Clone, Copy)]
struct Spent {
    since: Timestamp,
    open_before: Duration,
}

/// So many lines are remembered as refused.
const LINES: usize = 10_000;

/// All containers of a connection that fail.
#[derive(Default)]
pub(super) struct AllFailing {
    spent: HashMap<Lane, Spent>,
    containers: HashMap<ContainerId, (TaskId, Timestamp)>,
    /// By task, the oldest first.
    tasks: HashMap<TaskId, BTreeSet<(Timestamp, ContainerId)>>,
}

impl AllFailing {
    /// One that waits in these lines fails for the first time.
    pub(super) fn begins(&self, lanes: [Lane; 2], now: Timestamp, open_for: Duration) -> Failing {
        self.spent(lanes).map_or_else(|| Failing::new(now, open_for), Failing::behind)
    }

    /// Whether the last in one of these lines was refused for as long as that may be.
    pub(super) fn is_refused(&self, lanes: [Lane; 2]) -> bool {
        self.spent(lanes).is_some()
    }

    fn spent(&self, lanes: [Lane; 2]) -> Option<Spent> {
        lanes.iter().find_map(|lane| self.spent.get(lane)).copied()
    }

    /// One leaves its lines, which says whether they are refused.
    pub(super) fn leaves(&mut self, lanes: [Lane; 2], failing: Option<&Failing>) {
        let spent = failing.filter(|failing| failing.is_last_try);
        for lane in lanes {
            match spent {
                Some(Failing { since, open_before, .. }) if self.spent.len() < LINES => {
                    let (since, open_before) = (*since, *open_before);
                    self.spent.insert(lane, Spent { since, open_before });
                }
                Some(_) => {}
                None => drop(self.spent.remove(&lane)),
            }
        }
    }

    /// One failed; since when counts from its first time.
    pub(super) fn failed(
        &mut self,
        (task, container): (&TaskId, ContainerId),
        now: Timestamp,
        why: String,
        status: &Status,
    ) {
        let (_, since) = self.containers.entry(container).or_insert_with(|| (task.clone(), now));
        let of_task = self.tasks.entry(task.clone()).or_default();
        of_task.insert((*since, container));
        let since = of_task.first().map_or(now, |(since, _)| *since);
        let uncollected = Uncollected { containers: of_task.len(), since, error: why };
        status.task(task, |it| it.uncollected = Some(uncollected));
    }

    /// One does not fail any more, whatever became of it.
    pub(super) fn over(&mut self, container: ContainerId, status: &Status) {
        let Some((task, since)) = self.containers.remove(&container) else { return };
        let Some(of_task) = self.tasks.get_mut(&task) else { return };
        of_task.remove(&(since, container));
        let left = of_task.first().map(|(since, _)| (of_task.len(), *since));
        status.task(&task, |it| match (left, &mut it.uncollected) {
            (Some((containers, since)), Some(uncollected)) => {
                (uncollected.containers, uncollected.since) = (containers, since);
            }
            (_, uncollected) => *uncollected = None,
        });
        if left.is_none() {
            self.tasks.remove(&task);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_behind_one_that_was_refused_for_long_does_not_wait_for_all_of_it_again() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let own = |failing: &Failing| failing.of_its_own(at(100), Duration::ZERO).as_secs();
        let (mut all, lanes) = (AllFailing::default(), [Lane(1), Lane(2)]);
        let mut first = all.begins(lanes, at(10), Duration::ZERO);
        first.is_last_try = true;
        all.leaves(lanes, Some(&first));
        assert!(all.is_refused([Lane(1), Lane(3)]) && !all.is_refused([Lane(4), Lane(3)]));
        assert_eq!(own(&all.begins([Lane(1), Lane(3)], at(100), Duration::ZERO)), 90);
        assert_eq!(own(&all.begins([Lane(4), Lane(3)], at(100), Duration::ZERO)), 0);
        all.leaves([Lane(1), Lane(3)], None);
        assert_eq!(own(&all.begins([Lane(1), Lane(3)], at(100), Duration::ZERO)), 0, "it answers");
    }

    #[test]
    fn a_task_shows_how_many_fail_since_when_and_why() {
        let (status, mut all) = (Status::default(), AllFailing::default());
        let task = TaskId { connection: "ward".into(), action: "visits".into() };
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let shown = || {
            let it = status.report().tasks.remove("ward/visits")?.uncollected?;
            Some((it.containers, it.since.as_second(), it.error))
        };
        for (second, number) in [(7, 1), (8, 2), (9, 1)] {
            let of = (&task, ContainerId(number));
            all.failed(of, at(second), format!("status {second}"), &status);
        }
        assert_eq!(shown(), Some((2, 7, "status 9".into())));
        all.over(ContainerId(1), &status);
        assert_eq!(shown(), Some((1, 8, "status 9".into())));
        all.over(ContainerId(3), &status);
        all.over(ContainerId(2), &status);
        assert_eq!((shown(), all.tasks.len()), (None, 0));
    }
}
