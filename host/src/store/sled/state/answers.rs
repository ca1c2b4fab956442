//! What becomes of a kept answer: on disk until it is committed, a dead letter, and kept once more.

use jiff::Timestamp;

use super::{Group, State, outcomes};
use crate::{
    identity,
    model::{ContainerId, TaskId},
    store::{
        Error, KeptAnswer, NewChange,
        seal::{GROWTH, Kind},
        sled::{
            disk::Writes,
            format::{self, Body, Head, Standing, TaskRecord},
            keys, opened,
        },
    },
};

impl State {
    /// See [`Store::bury_answer`](crate::store::Store::bury_answer).
    pub(in super::super) fn bury_answer(
        &mut self,
        group: &mut Group,
        id: TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error> {
        let mut task = self.task(group, &id)?;
        let kept = (task.answer_parts > 0).then(|| opened::answer(&self.disk, &self.ring, &id));
        let Some(answer) = kept.transpose()?.flatten() else { return Ok(None) };
        let letter = self.number(group);
        self.lay(group, (letter, &id), answer.buried(&id, task.revision), (reason, at))?;
        forget_answer(group, &id, &mut task);
        task.revision += 1;
        group.tasks.insert(id, task);
        Ok(Some(letter))
    }

    /// See [`Store::replay_answer`](crate::store::Store::replay_answer).
    pub(in super::super) fn replay_answer(
        &mut self,
        group: &mut Group,
        letter: ContainerId,
    ) -> Result<bool, Error> {
        let at = (letter, 0);
        let Some(bytes) = self.dead_letter(at)? else { return Ok(false) };
        let (letter, item) = self.disk.understood(format::decode_dead(&bytes))?;
        if !letter.is_answer() {
            return Ok(false);
        }
        let id = letter.task;
        let mut task = self.task(group, &id)?;
        if task.answer_parts > 0 || task.interrupted {
            return Ok(false);
        }
        let change = self.disk.understood(format::container(item))?.change;
        let Some(answer) = KeptAnswer::of(&change) else { return Ok(false) };
        task.answer_parts = self.write_answer(group, &id, answer)?;
        group.writes.remove_parts(&keys::dead(at), Writes::parts(bytes.len() + GROWTH));
        group.tasks.insert(id, task);
        Ok(true)
    }

    /// Writes an answer beside its task; in how many parts.
    pub(super) fn write_answer(
        &self,
        group: &mut Group,
        id: &TaskId,
        answer: KeptAnswer,
    ) -> Result<u16, Error> {
        let (key, bytes) = (keys::answer(id), format::encode_answer(answer));
        let bytes = self.disk.understood(bytes)?;
        let sealed = self.sealed(id.connection.as_str(), Kind::Answer, &key, &bytes)?;
        Ok(group.writes.insert_parts(&key, &sealed))
    }

    fn lay(
        &self,
        group: &mut Group,
        (id, task): (ContainerId, &TaskId),
        new: NewChange,
        (reason, at): (String, Timestamp),
    ) -> Result<(), Error> {
        let NewChange { change, notification_id, record, backfill, .. } = new;
        let lane = identity::lane(&task.connection, &change);
        let (connection, action) = (task.connection.as_str(), task.action.as_str());
        let (says, memo, serial, standing) = (None, None, 0, Standing::Collect);
        let head = Head { id, connection, action, lane, record, says, memo, serial, standing };
        let (silent, filled) = (false, None);
        let body = Body { notification_id, change, backfill, silent, observed_at: at, filled };
        let letter = outcomes::letter(&head, &body, None, reason, at);
        self.inter(group, (id, 0), (&letter, &head, &body))
    }
}

/// Has a task keep no answer.
pub(super) fn forget_answer(group: &mut Group, id: &TaskId, task: &mut TaskRecord) {
    let parts = std::mem::take(&mut task.answer_parts);
    group.writes.remove_parts(&keys::answer(id), parts);
}
