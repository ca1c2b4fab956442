//! What becomes of a container: filled, skipped, delivered, dead, and in line once more.

use jiff::Timestamp;

use super::{Entry, Group, Owing, State};
use crate::{
    identity::RecordKey,
    model::{ContainerId, Delivery, DestinationName, Pending, Stage},
    store::{
        DeadLetter, Error, Fill, Settlement,
        sled::{
            disk::Writes,
            format::{self, Body, Head, Owed, Standing},
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
        let (head, body) = self.disk.understood(format::head(item.bytes()))?;
        self.remember(group, &head, |memo| *memo = fill.memo)?;
        if fill.destinations.is_empty() {
            self.forget(group, id, true);
            return Ok(Vec::new());
        }
        let mut body: Body = self.disk.understood(format::decode(body))?;
        body.change.data = String::new();
        body.filled = Some(fill.filled);
        let owed: Box<[Owing]> =
            fill.destinations.into_iter().map(|name| self.owe(group, name)).collect();
        let item = self.encode(&Head { owed: Some(owed_of(&owed)), ..head }, &body)?;
        let deliveries = owed.iter().filter_map(Owing::delivery).collect();
        self.enter(group, id, &item, Some(owed));
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
        let (head, _) = self.disk.understood(format::head(item.bytes()))?;
        self.remember(group, &head, |kept| *kept = memo.or(kept.take()))?;
        self.forget(group, id, true);
        Ok(())
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
        let (head, body) = self.disk.understood(format::head(item.bytes()))?;
        let body: Body = self.disk.understood(format::decode(body))?;
        self.remember(group, &head, |_| ())?;
        let letters = [letter(&head, &body, None, reason, at)];
        self.inter(group, &letters, &head, &body)
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
        owing.standing = after(&owing.standing, outcome);
        if entry.is_owed() {
            group.owing.insert((id, place));
            return Ok(());
        }
        if entry.is_dead() {
            return self.inter_deliveries(group, id);
        }
        self.forget(group, id, false);
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
            if let Some(bytes) = self.disk.whole(&keys::dead(*id))? {
                let (_, item) = self.disk.understood(format::decode_dead(&bytes))?;
                pending.push(self.exhume(group, item)?);
                group.writes.remove_parts(&keys::dead(*id), Writes::parts(&bytes));
            }
        }
        Ok(pending)
    }

    /// Puts a dead letter's item back into the journal under a new number.
    fn exhume(&mut self, group: &mut Group, item: &[u8]) -> Result<Pending, Error> {
        let (head, body) = self.disk.understood(format::head(item))?;
        let id = self.number(group);
        let head = Head { id, ..head };
        let owed: Option<Box<[Owing]>> =
            head.owed.as_ref().map(|owed| owed.iter().map(fresh).collect());
        let front = self.disk.understood(format::encode(&head))?;
        if owed.is_none() {
            self.collecting.extend(head.version.map(|version| (head.record, version)));
        }
        let stage = match &owed {
            None => Stage::Collect,
            Some(owed) => Stage::Deliver(owed.iter().filter_map(Owing::delivery).collect()),
        };
        self.enter(group, id, &[&front, body].concat(), owed);
        Ok(Pending { id, task: head.task(), lane: head.lane, stage })
    }

    /// Makes a dead letter of a container with dead deliveries.
    fn inter_deliveries(&mut self, group: &mut Group, id: ContainerId) -> Result<(), Error> {
        let Some(entry) = self.entries.get(&id) else { return Ok(()) };
        let item = self.item(&entry.at)?;
        let (head, body) = self.disk.understood(format::head(item.bytes()))?;
        let body: Body = self.disk.understood(format::decode(body))?;
        let (mut owed, mut letters) = (Vec::new(), Vec::new());
        for owing in entry.owed.iter().flatten() {
            let Standing::Dead { reason, at } = &owing.standing else { continue };
            let (destination, sequence) = (owing.destination.clone(), owing.sequence);
            letters.push(letter(&head, &body, Some(destination), reason.clone(), *at));
            owed.push((owing.destination.clone(), sequence));
        }
        let owed = owed
            .iter()
            .map(|(name, sequence)| Owed { destination: name.as_str(), sequence: *sequence });
        let head = Head { owed: Some(owed.collect()), ..head };
        self.inter(group, &letters, &head, &body)
    }

    fn inter(
        &mut self,
        group: &mut Group,
        letters: &[DeadLetter],
        head: &Head<'_>,
        body: &Body,
    ) -> Result<(), Error> {
        let bytes = self.disk.understood(format::encode_dead(letters, head, body))?;
        group.writes.insert_parts(&keys::dead(head.id), &bytes);
        self.forget(group, head.id, true);
        Ok(())
    }

    /// Writes down that a container's version was seen, and its record's memo.
    fn remember(
        &mut self,
        group: &mut Group,
        head: &Head<'_>,
        memo: impl FnOnce(&mut Option<String>),
    ) -> Result<(), Error> {
        let before = self.record(group, head.record)?;
        let mut after = before.clone();
        memo(&mut after.memo);
        if let Some(version) = head.version {
            after.saw(version);
            self.collecting.remove(&(head.record, version));
        }
        if after != before {
            group.records.insert(head.record, after);
        }
        Ok(())
    }

    fn owe(&mut self, group: &mut Group, destination: DestinationName) -> Owing {
        let last = self.sequences.entry(destination.clone()).or_default();
        *last += 1;
        group.sequences.insert(destination.clone());
        Owing::fresh(destination, *last)
    }

    fn encode(&self, head: &Head<'_>, body: &Body) -> Result<Vec<u8>, Error> {
        self.disk.understood(format::encode(&(head, body)))
    }

    /// A container that still waits for its notification.
    fn collecting(&self, id: ContainerId) -> Option<&Entry> {
        self.entries.get(&id).filter(|entry| entry.owed.is_none())
    }
}

impl Entry {
    fn is_owed(&self) -> bool {
        let mut owed = self.owed.iter().flatten();
        owed.any(|owing| matches!(owing.standing, Standing::Pending { .. }))
    }

    fn is_dead(&self) -> bool {
        let mut owed = self.owed.iter().flatten();
        owed.any(|owing| matches!(owing.standing, Standing::Dead { .. }))
    }
}

fn after(standing: &Standing, outcome: Settlement) -> Standing {
    match (outcome, standing) {
        (Settlement::Delivered, _) => Standing::Done,
        (Settlement::Dead { reason, at }, _) => Standing::Dead { reason, at },
        (
            Settlement::Retry { attempted_at, not_before },
            Standing::Pending { attempts, first_attempt_at, .. },
        ) => Standing::Pending {
            attempts: attempts.saturating_add(1),
            first_attempt_at: first_attempt_at.or(Some(attempted_at)),
            not_before: Some(not_before),
        },
        (Settlement::Retry { .. }, settled) => settled.clone(),
    }
}

fn letter(
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

fn owed_of(owed: &[Owing]) -> Vec<Owed<'_>> {
    let owed = owed.iter();
    owed.map(|owing| Owed { destination: owing.destination.as_str(), sequence: owing.sequence })
        .collect()
}

fn fresh(owed: &Owed<'_>) -> Owing {
    Owing::fresh(owed.destination.into(), owed.sequence)
}
