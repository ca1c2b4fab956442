//! Answers that cannot be asked for again: moved aside where nobody can read them, and back.
//!
//! A poll that asks forgets what its task keeps, so that none may run meanwhile. Each of these is
//! to be awaited to its end: one that is dropped no longer keeps polls away.

use super::Handle;
use crate::{
    model::{ContainerId, TaskId},
    store::{self, DeadLetter, Error},
};

impl Handle {
    /// Makes a dead letter of an answer that a task keeps and cannot read, and polls the task now;
    /// first a poll that is under way ends. `None` where it keeps none then.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn bury_answer(&self, id: &TaskId) -> Result<Option<ContainerId>, Error> {
        let Some(task) = self.tasks.get(id) else { return Ok(None) };
        let at = task.poller.clock.now();
        let burying = self.store.bury_answer(id, store::BURIED.into(), at);
        let letter = task.between_polls(burying).await?;
        if letter.is_some() {
            self.scheduler.wake(id.clone());
        }
        Ok(letter)
    }

    /// Gives answers among dead letters back to their tasks, as far as these can take them.
    pub(super) async fn replay_answers(&self, letters: &[ContainerId]) -> Result<usize, Error> {
        let mut replayed = 0;
        for letter in store::answers(self.store.dead()?, letters) {
            replayed += usize::from(self.replay_answer(letter).await?);
        }
        Ok(replayed)
    }

    async fn replay_answer(
        &self,
        DeadLetter { container, task: id, .. }: DeadLetter,
    ) -> Result<bool, Error> {
        let replaying = self.store.replay_answer(container);
        let is_replayed = match self.tasks.get(&id) {
            Some(task) => task.between_polls(replaying).await?,
            // Nobody polls it.
            None => replaying.await?,
        };
        if is_replayed {
            self.scheduler.wake(id);
        }
        Ok(is_replayed)
    }
}
