//! What becomes of a container: filled, skipped, delivered, dead, and in line once more.

use jiff::Timestamp;

use super::{Entry, Group, Owing, State};
use crate::{
    identity::{self, RecordKey},
    model::{ContainerId, Delivery, DestinationName, Pending, Stage},
    store::{
        DeadLetter, Error, Fill, Settlement,
        seal::{GROWTH, Kind},
        sled::{
            disk::Writes,
            format::{self, Body, Head, Owed, Progress, Standing},
            keys,
        },
    },
};

impl State {
    /// See [`Store::fill`](crate::store::Store::fill).
    pub(in super::super) fn fill(
        &mut self,
        group: &mut Group,
        fill: Fill,
    ) -> Result<Vec<Delivery>, Error> {
        let id = fill.container;
        let Some(entry) = self.entries.get(&id) else { return Ok(Vec::new()) };
        if entry.owed.is_some() {
            return Ok(entry.deliveries());
        }
        let item = self.item(&entry.at)?;
        let (head, body) = self.disk.understood(format::head(&item))?;
        let head = Head { memo: Some(fill.memo.as_deref()), ..head };
        if fill.destinations.is_empty() {
            self.close(group, head)?;
            return Ok(Vec::new());
        }
        let mut body: Body = self.disk.understood(format::decode(body))?;
        body.change.data = String::new();
        body.filled = Some(fill.filled);
        let owed: Box<[Owing]> =
            fill.destinations.into_iter().map(|name| self.owe(group, name)).collect();
        let standing = Standing::Deliver(owed.iter().map(owed_of).collect());
        let head = Head { standing, serial: self.next_serial(), ..head };
        let item = self.disk.understood(format::encode(&(&head, &body)))?;
        self.learn(&head)?;
        let deliveries = owed.iter().filter_map(Owing::delivery).collect();
        let place = self.append(group, &head, &item)?;
        self.enter(group, id, place, Some(owed));
        Ok(deliveries)
    }

    /// See [`Store::skip`](crate::store::Store::skip). A memo that readers know of already is
    /// `noted` for this record.
    pub(in super::super) fn skip(
        &mut self,
        group: &mut Group,
        id: ContainerId,
        memo: Option<String>,
        noted: Option<RecordKey>,
    ) -> Result<(), Error> {
        group.memos.extend(noted);
        let Some(entry) = self.collecting(id) else { return Ok(()) };
        let item = self.item(&entry.at)?;
        let (head, _) = self.disk.understood(format::head(&item))?;
        self.close(group, Head { memo: memo.as_deref().map(Some), ..head })
    }

    /// See [`Store::bury`](crate::store::Store::bury).
    pub(in super::super) fn bury(
        &mut self,
        group: &mut Group,
        id: ContainerId,
        reason: String,
        at: Timestamp,
    ) -> Result<(), Error> {
        let Some(entry) = self.collecting(id) else { return Ok(()) };
        let item = self.item(&entry.at)?;
        let (head, body) = self.disk.understood(format::head(&item))?;
        let body: Body = self.disk.understood(format::decode(body))?;
        let letter = letter(&head, &body, None, reason, at);
        self.inter(group, (id, 0), (&letter, &head, &body))?;
        self.close(group, head)
    }

    /// See [`Store::settle`](crate::store::Store::settle).
    pub(in super::super) fn settle(
        &mut self,
        group: &mut Group,
        id: ContainerId,
        destination: &DestinationName,
        outcome: Settlement,
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(&id) else { return Ok(()) };
        let mut owed = (0..).zip(entry.owed.iter_mut().flatten());
        let Some((place, owing)) = owed.find(|(_, owing)| owing.destination == *destination) else {
            return Ok(());
        };
        let Progress::Pending { attempts, first_attempt_at, .. } = owing.progress else {
            return Ok(());
        };
        let mut dead = None;
        owing.progress = match outcome {
            Settlement::Delivered(taken) => {
                group.taken.extend(taken.map(|taken| *taken));
                Progress::Done
            }
            Settlement::Dead { reason, at } => {
                dead = Some((owing.destination.clone(), owing.sequence, reason, at));
                Progress::Done
            }
            Settlement::Retry { attempted_at, not_before } => Progress::Pending {
                attempts: attempts.saturating_add(1),
                first_attempt_at: first_attempt_at.or(Some(attempted_at)),
                not_before: Some(not_before),
            },
        };
        let is_owed = entry.is_owed();
        if let Some((destination, sequence, reason, at)) = dead {
            self.inter_delivery(group, (id, place), (destination, sequence), (reason, at))?;
        }
        if is_owed {
            group.owing.insert((id, place));
        } else {
            self.forget(group, id);
        }
        Ok(())
    }

    /// See [`Store::replay`](crate::store::Store::replay).
    pub(in super::super) fn replay(
        &mut self,
        group: &mut Group,
        ids: &[ContainerId],
    ) -> Result<Vec<Pending>, Error> {
        let mut pending = Vec::new();
        for id in ids {
            if !group.replayed.insert(*id) {
                continue;
            }
            for at in self.dead(&keys::dead_of(*id))? {
                let Some(bytes) = self.dead_letter(at)? else { continue };
                let (letter, item) = self.disk.understood(format::decode_dead(&bytes))?;
                if letter.is_answer() {
                    continue;
                }
                pending.push(self.exhume(group, item)?);
                group.writes.remove_parts(&keys::dead(at), Writes::parts(bytes.len() + GROWTH));
            }
        }
        Ok(pending)
    }

    /// Puts a dead letter's item back into the journal under a new number.
    fn exhume(&mut self, group: &mut Group, item: &[u8]) -> Result<Pending, Error> {
        let (head, body) = self.disk.understood(format::head(item))?;
        let id = self.number(group);
        let standing = match head.standing {
            Standing::Collect => Standing::Again,
            standing => standing,
        };
        // What it had to say of its record, it has said.
        let head = Head { id, says: None, memo: None, serial: 0, standing, ..head };
        let front = self.disk.understood(format::encode(&head))?;
        let owed: Option<Box<[Owing]>> = match &head.standing {
            Standing::Deliver(owed) => Some(owed.iter().map(fresh).collect()),
            Standing::Collect | Standing::Again | Standing::Closed => None,
        };
        let stage = match &owed {
            None => Stage::Collect,
            Some(owed) => Stage::Deliver(owed.iter().filter_map(Owing::delivery).collect()),
        };
        let place = self.append(group, &head, &[&front, body].concat())?;
        self.enter(group, id, place, owed);
        let record = identity::record_lane(head.record);
        Ok(Pending { id, task: head.task(), lane: head.lane, record, stage })
    }

    /// Makes a dead letter of a delivery, whatever becomes of the container's others.
    fn inter_delivery(
        &mut self,
        group: &mut Group,
        at: keys::Dead,
        (destination, sequence): (DestinationName, u64),
        (reason, since): (String, Timestamp),
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get(&at.0) else { return Ok(()) };
        let item = self.item(&entry.at)?;
        let (head, body) = self.disk.understood(format::head(&item))?;
        let body: Body = self.disk.understood(format::decode(body))?;
        let owed = Owed { destination: destination.as_str(), sequence };
        let head = Head { standing: Standing::Deliver(vec![owed]), ..head };
        let letter = letter(&head, &body, Some(destination.clone()), reason, since);
        self.inter(group, at, (&letter, &head, &body))
    }

    pub(super) fn inter(
        &self,
        group: &mut Group,
        at: keys::Dead,
        (letter, head, body): (&DeadLetter, &Head<'_>, &Body),
    ) -> Result<(), Error> {
        let bytes = self.disk.understood(format::encode_dead(letter, head, body))?;
        let key = keys::dead(at);
        let sealed = self.sealed(head.connection, Kind::Dead, &key, &bytes)?;
        group.writes.insert_parts(&key, &sealed);
        Ok(())
    }

    /// Forgets a container whose record is still to learn of it, with an item that says so.
    pub(super) fn close(&mut self, group: &mut Group, head: Head<'_>) -> Result<(), Error> {
        let head = Head { standing: Standing::Closed, serial: self.next_serial(), ..head };
        let item = self.disk.understood(format::encode(&head))?;
        self.learn(&head)?;
        self.forget(group, head.id);
        let (at, _) = self.append(group, &head, &item)?;
        self.closed.push(at);
        Ok(())
    }

    fn owe(&mut self, group: &mut Group, destination: DestinationName) -> Owing {
        let last = self.sequences.entry(destination.clone()).or_default();
        *last += 1;
        group.sequences.insert(destination.clone());
        Owing::fresh(destination, *last)
    }

    /// A container that still waits for its notification.
    fn collecting(&self, id: ContainerId) -> Option<&Entry> {
        self.entries.get(&id).filter(|entry| entry.owed.is_none())
    }
}

impl Entry {
    fn is_owed(&self) -> bool {
        let mut owed = self.owed.iter().flatten();
        owed.any(|owing| matches!(owing.progress, Progress::Pending { .. }))
    }
}

pub(super) fn letter(
    head: &Head<'_>,
    body: &Body,
    destination: Option<DestinationName>,
    reason: String,
    at: Timestamp,
) -> DeadLetter {
    DeadLetter {
        container: head.id,
        notification_id: body.notification_id.clone(),
        task: head.task(),
        destination,
        event: body.filled.as_ref().map(|filled| filled.event.clone()),
        reason,
        at,
    }
}

fn owed_of(owing: &Owing) -> Owed<'_> {
    Owed { destination: owing.destination.as_str(), sequence: owing.sequence }
}

fn fresh(owed: &Owed<'_>) -> Owing {
    Owing::fresh(owed.destination.into(), owed.sequence)
}
