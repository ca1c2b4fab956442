//! Containers that could not be collected yet, and what `status` shows of them.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    model::{ContainerId, TaskId},
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

    /// How long it has failed while the EHR did not fail as a whole.
    pub(super) fn of_its_own(&self, now: Timestamp, open_for: Duration) -> Duration {
        let since = crate::clock::until(self.since, now);
        since.saturating_sub(open_for.saturating_sub(self.open_before))
    }
}

/// All containers of a connection that fail.
#[derive(Default)]
pub(super) struct AllFailing {
    containers: HashMap<ContainerId, (TaskId, Timestamp)>,
    /// By task, the oldest first.
    tasks: HashMap<TaskId, BTreeSet<(Timestamp, ContainerId)>>,
}

impl AllFailing {
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
