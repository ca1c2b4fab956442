//! Commits as mutants make them.

use rounds::{
    identity,
    model::{NotificationId, TaskId},
    store::{Commit, Store},
};

use super::{super::mutants::Mutant, Watched};

impl Watched {
    /// A commit as a mutant makes it.
    pub(super) fn spoilt(&self, mut commit: Commit) -> Commit {
        let task = self.inner.task(&commit.task).unwrap_or_default();
        if self.world.has(Mutant::NoFence) {
            commit.revision = task.revision;
        }
        if self.world.has(Mutant::ForgetsThePast)
            && let Some(to) = &mut commit.moves
        {
            to.past.clear();
        }
        let host = self.world.lock().hosts;
        for (new, at) in commit.changes.iter_mut().zip(1_u64..) {
            match self.world.mutant {
                Some(Mutant::NoOrder) => {
                    new.change.key = Some(format!("{}/{at}", commit.revision));
                }
                Some(Mutant::SeesTwice) => new.always = true,
                Some(Mutant::MixesConnections) => {
                    let task = TaskId { connection: "any".into(), ..commit.task.clone() };
                    new.record = identity::record(&task, &new.change.id);
                }
                Some(Mutant::OtherIds) => {
                    new.notification_id =
                        NotificationId(format!("{}-{host}", new.notification_id.0));
                }
                _ => {}
            }
        }
        commit
    }
}
