//! What a poll's pages do: tasks, cursors and new containers.

use super::{Group, State, answers::forget_answer, outcomes};
use crate::{
    identity::{self, RecordKey},
    model::{Change, ContainerId, NotificationId, Pending, Stage, TaskId},
    store::{
        Commit, Committed, Error, Followed, KeptAnswer, Move, NewChange, Pass, Rewind, Tally,
        Telling, Verdict,
        known::Moved,
        sled::format::{self, Body, Head, Saying, Standing, TaskRecord},
        tell,
    },
};

use jiff::Timestamp;

impl State {
    /// See [`Store::commit`](crate::store::Store::commit).
    pub(in super::super) fn commit(
        &mut self,
        group: &mut Group,
        commit: Commit,
    ) -> Result<Committed, Error> {
        let mut task = self.task(group, &commit.task)?;
        if task.revision != commit.revision {
            return Ok(Committed::Fenced { revision: task.revision });
        }
        let Commit { task: id, moves, observed_at, pass, changes, notices, .. } = commit;
        let mut tally = Tally::default();
        let is_noted = commit.listing.is_some();
        self.pass_on(group, &id, &mut task, commit.listing)?;
        let mut page = Page::of(group, &id, observed_at, pass);
        page.is_used = commit.lists || task.place.listing.is_used();
        for change in changes {
            self.take(&mut page, &mut task, change, &mut tally)?;
        }
        let Page { made, lists, sees, .. } = page;
        // What a pass itself sees is noted with where it is.
        let is_seen =
            is_noted || sees && pass != Pass::Listing && task.place.listing.is_under_way();
        if is_seen {
            self.note_seen(group, &id)?;
        }
        let is_told = notices.iter().all(|notice| task.place.notices.contains(notice));
        let is_idle = made.is_empty() && tally.unreadable == 0 && is_told && !lists && !is_seen;
        if is_idle && task.stands(moves.as_ref()) {
            return Ok(Committed::Done { revision: task.revision, made, tally });
        }
        task.polled(observed_at);
        tell(&mut task.place.notices, &notices);
        if let Some(Move { cursor, past, complete }) = moves {
            (task.place.cursor, task.place.past) = (Some(cursor), past);
            task.revision += 1;
            task.complete |= complete;
            task.interrupted = false;
            forget_answer(group, &id, &mut task);
        }
        task.place.listing.found(pass, made.len().saturating_sub(tally.silent));
        let revision = task.revision;
        group.tasks.insert(id, task);
        Ok(Committed::Done { revision, made, tally })
    }

    /// See [`Store::keep`](crate::store::Store::keep).
    pub(in super::super) fn keep(
        &mut self,
        group: &mut Group,
        id: TaskId,
        answer: Option<KeptAnswer>,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        forget_answer(group, &id, &mut task);
        task.interrupted = answer.is_none();
        if let Some(answer) = answer {
            task.answer_parts = self.write_answer(group, &id, answer)?;
        }
        group.tasks.insert(id, task);
        Ok(())
    }

    /// See [`Store::set_cursor`](crate::store::Store::set_cursor).
    pub(in super::super) fn set_cursor(
        &mut self,
        group: &mut Group,
        id: TaskId,
        cursor: Option<String>,
    ) -> Result<u64, Error> {
        let mut task = self.task(group, &id)?;
        if cursor.is_none() {
            let TaskRecord { place, revision, begun_at, interrupted, answer_parts, places, .. } =
                task;
            task = TaskRecord {
                place,
                revision,
                begun_at,
                interrupted,
                answer_parts,
                places,
                ..TaskRecord::default()
            };
        }
        (task.place.cursor, task.place.past) = (cursor, Vec::new());
        task.revision += 1;
        let revision = task.revision;
        group.tasks.insert(id, task);
        Ok(revision)
    }

    /// See [`Store::rewind`](crate::store::Store::rewind).
    pub(in super::super) fn rewind(
        &mut self,
        group: &mut Group,
        id: TaskId,
        to: Rewind,
    ) -> Result<usize, Error> {
        self.set_cursor(group, id.clone(), to.cursor)?;
        let mut task = self.task(group, &id)?;
        task.place.past = to.past;
        let mut forgotten = 0;
        for container in self.collecting_from(to.from) {
            forgotten += usize::from(self.unmake(group, &id, &mut task, container)?);
        }
        task.place.listing.give_up();
        group.tasks.insert(id, task);
        Ok(forgotten)
    }

    fn collecting_from(&self, first: Option<ContainerId>) -> Vec<ContainerId> {
        let Some(first) = first else { return Vec::new() };
        let since = self.entries.iter().filter(|(id, entry)| **id >= first && entry.owed.is_none());
        since.map(|(id, _)| *id).collect()
    }

    /// Forgets a container of a task that waits to be collected, as if it had never been made; not
    /// one that was replayed, which may be of long before, and is not found anew.
    fn unmake(
        &mut self,
        group: &mut Group,
        id: &TaskId,
        task: &mut TaskRecord,
        container: ContainerId,
    ) -> Result<bool, Error> {
        let Some(entry) = self.entries.get(&container) else { return Ok(false) };
        let item = self.item(&entry.at)?;
        let (head, body) = self.disk.understood(format::head(&item))?;
        if head.task() != *id || matches!(head.standing, Standing::Again) {
            return Ok(false);
        }
        let record = head.record;
        self.collecting.remove(record, container);
        self.forget(group, container);
        let body: Body = self.disk.understood(format::decode(body))?;
        self.list_again(group, id, task, (record, body.change.id))?;
        Ok(true)
    }

    /// See [`Store::begin`](crate::store::Store::begin).
    pub(in super::super) fn begin(
        &mut self,
        group: &mut Group,
        id: TaskId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        task.begin(at);
        group.tasks.insert(id, task);
        Ok(())
    }

    /// See [`Store::polled`](crate::store::Store::polled).
    pub(in super::super) fn polled(
        &mut self,
        group: &mut Group,
        id: TaskId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        if task.is_polled_anew(at) {
            task.polled(at);
            group.tasks.insert(id, task);
        }
        Ok(())
    }

    /// Makes of a change what it is to be.
    pub(super) fn take(
        &mut self,
        page: &mut Page<'_>,
        task: &mut TaskRecord,
        mut new: NewChange,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let record = new.record;
        let known = self.records.get(page.task.connection.as_str(), record)?;
        let last = self.collecting.last(record).or_else(|| known.last());
        let has_seen =
            |seen: &_| known.versions.contains(seen) || self.collecting.has(record, seen);
        let verdict = new.judge(page.pass, has_seen, last);
        let followed = last.map(Followed::from);
        let is_news = matches!(verdict, Verdict::New | Verdict::Revived(_));
        // What a poll reads is there, whatever the pass that is under way makes of it.
        let is_there = known.place.is_some() && task.place.listing.is_under_way();
        let lists = page.pass == Pass::Listing || is_news && page.is_used || is_there;
        if lists && !new.says.gone {
            let is_known = last.is_some();
            self.list(page, task, &new, (known.place, is_known), verdict)?;
        }
        match verdict {
            Verdict::NotNow => {}
            Verdict::Seen => tally.seen += 1,
            Verdict::Same => tally.same += 1,
            Verdict::Older => tally.older += 1,
            verdict @ (Verdict::New | Verdict::Revived(_)) => {
                if let Verdict::Revived(gone) = verdict {
                    new.notification_id = identity::revived(page.task, &new.change, gone);
                }
                let moved = new.settle_key(page.task, followed);
                if let Some(place) = known.place.filter(|_| new.says.gone) {
                    self.free(page.group, page.task, task, (place, record))?;
                }
                if let Some(reason) = new.unreadable.take() {
                    tally.unreadable += 1;
                    return self.lay_unreadable(page, new, reason);
                }
                if let Some(moved) = moved {
                    self.move_away(page, &new, moved)?;
                }
                match new.telling {
                    Telling::Nobody => tally.silent += 1,
                    Telling::All | Telling::NotNow => tally.news(new.says.at),
                }
                self.make(page, new)?;
            }
        }
        Ok(())
    }

    fn make(&mut self, page: &mut Page<'_>, new: NewChange) -> Result<(), Error> {
        let NewChange { change, notification_id, record, says, backfill, telling, .. } = new;
        let key = change.key.clone();
        let silent = telling == Telling::Nobody;
        let body = Body { silent, ..page.body(notification_id, change, backfill) };
        self.put(page, record, Saying::of(&says, key.as_deref()), &body)
    }

    /// A container for those who knew the record under another key.
    fn move_away(
        &mut self,
        page: &mut Page<'_>,
        new: &NewChange,
        moved: Moved,
    ) -> Result<(), Error> {
        let body = page.body(moved.notification_id, moved.change, new.backfill);
        self.put(page, new.record, Saying::of(&moved.says, Some(&moved.to)), &body)
    }

    /// Puts a container in line to be collected.
    fn put(
        &mut self,
        page: &mut Page<'_>,
        record: RecordKey,
        says: Saying<&str>,
        body: &Body,
    ) -> Result<(), Error> {
        let id = self.number(page.group);
        self.collecting.add(record, id, says.kept());
        let head = page.head(id, record, says, &body.change);
        let lane = head.lane;
        let item = self.disk.understood(format::encode(&(&head, body)))?;
        let place = self.append(page.group, &head, &item)?;
        self.enter(page.group, id, place, None);
        let (task, record) = (page.task.clone(), identity::record_lane(record));
        page.made.push(Pending { id, task, lane, record, stage: Stage::Collect });
        Ok(())
    }

    /// A dead letter of what cannot be read, which its record knows of from the beginning.
    fn lay_unreadable(
        &mut self,
        page: &mut Page<'_>,
        new: NewChange,
        reason: String,
    ) -> Result<(), Error> {
        let NewChange { change, notification_id, record, says, backfill, .. } = new;
        let id = self.number(page.group);
        let key = change.key.clone();
        let says = Saying::of(&says, key.as_deref());
        let head = page.head(id, record, says, &change);
        let body = page.body(notification_id, change, backfill);
        let letter = outcomes::letter(&head, &body, None, reason, page.observed_at);
        self.inter(page.group, (id, 0), (&letter, &head, &body))?;
        self.close(page.group, head)
    }
}

/// What the changes of a page are taken with.
pub(super) struct Page<'a> {
    pub(super) group: &'a mut Group,
    pub(super) task: &'a TaskId,
    observed_at: Timestamp,
    pass: Pass,
    pub(super) made: Vec<Pending>,
    /// Whether what is news is given a place in the listing.
    is_used: bool,
    /// Whether a record was given a place in the listing.
    pub(super) lists: bool,
    /// Whether one was seen that the pass under way had not seen.
    pub(super) sees: bool,
}

impl<'a> Page<'a> {
    pub(super) fn of(
        group: &'a mut Group,
        task: &'a TaskId,
        observed_at: Timestamp,
        pass: Pass,
    ) -> Self {
        let (made, is_used, lists, sees) = (Vec::new(), false, false, false);
        Self { group, task, observed_at, pass, made, is_used, lists, sees }
    }

    fn head<'h>(
        &self,
        id: ContainerId,
        record: RecordKey,
        says: Saying<&'h str>,
        change: &Change,
    ) -> Head<'h>
    where
        'a: 'h,
    {
        let task = self.task;
        let lane = identity::lane(&task.connection, change);
        let (connection, action) = (task.connection.as_str(), task.action.as_str());
        let (says, memo, serial, standing) = (Some(says), None, 0, Standing::Collect);
        Head { id, connection, action, lane, record, says, memo, serial, standing }
    }

    fn body(&self, notification_id: NotificationId, change: Change, backfill: bool) -> Body {
        let (silent, observed_at, filled) = (false, self.observed_at, None);
        Body { notification_id, change, backfill, silent, observed_at, filled }
    }
}
