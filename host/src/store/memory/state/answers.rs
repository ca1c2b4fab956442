//! What becomes of a kept answer: a dead letter, and kept once more.

use jiff::Timestamp;

use super::{
    super::super::{KeptAnswer, NewChange},
    Held, State,
};
use crate::{
    identity,
    model::{Container, ContainerId, TaskId},
};

impl State {
    pub(super) fn bury_answer(
        &mut self,
        task: &TaskId,
        reason: &str,
        at: Timestamp,
    ) -> Option<ContainerId> {
        let state = self.entry(task);
        let buried = state.answer.take()?.buried(task, state.revision);
        state.revision += 1;
        let NewChange { change, notification_id, record, backfill, .. } = buried;
        let lane = identity::lane(&task.connection, &change);
        let (id, task) = (self.number(), task.clone());
        let (silent, observed_at, filled) = (false, at, None);
        let container =
            Container { id, task, notification_id, change, backfill, silent, observed_at, filled };
        let held = Held::new(container, lane, record);
        self.inter(held, None, reason, at);
        Some(id)
    }

    pub(super) fn replay_answer(&mut self, letter: ContainerId) -> bool {
        let dead = self.dead.get(&letter).and_then(|letters| letters.first());
        let Some(dead) = dead.filter(|it| it.letter.is_answer()) else { return false };
        let Container { task, change, .. } = &dead.held.container;
        let Some(answer) = KeptAnswer::of(change) else { return false };
        let task = task.clone();
        let state = self.entry(&task);
        if state.answer.is_some() || state.interrupted {
            return false;
        }
        state.answer = Some(answer);
        self.dead.remove(&letter);
        true
    }
}
