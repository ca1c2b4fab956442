//! What is asked of the store: to write by way of the inbox, to read beside it.

use std::sync::PoisonError;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{SledStore, format, opened, request::Request};
use crate::{
    identity::RecordKey,
    model::{
        ConnectionName, Container, ContainerId, Delivery, DestinationName, NotificationId, Pending,
        TaskId,
    },
    store::{
        Before, Commit, Committed, DeadLetter, EndListing, EndedListing, Error, Fill, KeptAnswer,
        Keys, Purge, Purged, Receipt, Rewind, Rotated, Settlement, Sought, Store, Taken, TaskState,
    },
};

#[async_trait]
impl Store for SledStore {
    fn task(&self, id: &TaskId) -> Result<TaskState, Error> {
        self.check()?;
        let task = opened::task(&self.disk, &self.ring, id)?;
        let kept = task.answer_parts > 0;
        let answer = if kept { opened::answer(&self.disk, &self.ring, id)? } else { None };
        Ok(TaskState { answer, ..task.state() })
    }

    fn pending(&self) -> Result<Vec<Pending>, Error> {
        self.check()?;
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut pending))
    }

    fn container(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        self.check()?;
        let pending = self.pending_item(id, |item| format::container(item).map(Some))?;
        pending.map_or_else(|| self.dead_container(id), |container| Ok(Some(container)))
    }

    fn memo(
        &self,
        connection: &ConnectionName,
        record: RecordKey,
    ) -> Result<Option<String>, Error> {
        self.check()?;
        match self.index.memo(record) {
            Some(memo) => Ok(Some(memo)),
            None => self.records.memo(connection.as_str(), record),
        }
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, Error> {
        self.ask(|reply| Request::Commit(Box::new(commit), reply)).await
    }

    async fn end_listing(&self, end: EndListing) -> Result<EndedListing, Error> {
        self.ask(|reply| Request::EndListing(end, reply)).await
    }

    async fn decide_listing(&self, task: &TaskId, accept: bool) -> Result<bool, Error> {
        self.ask(|reply| Request::DecideListing(task.clone(), accept, reply)).await
    }

    fn listed(&self, task: &TaskId, records: &[RecordKey]) -> Result<(usize, u64), Error> {
        self.check()?;
        let connection = task.connection.as_str();
        let mut known = 0;
        for record in records {
            known += usize::from(self.records.place(connection, *record)?.is_some());
        }
        let task = opened::task(&self.disk, &self.ring, task)?;
        Ok((known, task.places.1.into()))
    }

    async fn keep(&self, task: &TaskId, answer: Option<KeptAnswer>) -> Result<(), Error> {
        self.ask(|reply| Request::Keep(task.clone(), answer, reply)).await
    }

    async fn bury_answer(
        &self,
        task: &TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error> {
        self.ask(|reply| Request::BuryAnswer(task.clone(), reason, at, reply)).await
    }

    async fn replay_answer(&self, letter: ContainerId) -> Result<bool, Error> {
        self.ask(|reply| Request::ReplayAnswer(letter, reply)).await
    }

    async fn fill(&self, fill: Fill) -> Result<Vec<Delivery>, Error> {
        self.ask(|reply| Request::Fill(fill, reply)).await
    }

    async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        self.ask(|reply| Request::SetCursor(task.clone(), cursor, reply)).await
    }

    async fn rewind(&self, task: &TaskId, to: Rewind) -> Result<usize, Error> {
        self.ask(|reply| Request::Rewind(task.clone(), to, reply)).await
    }

    async fn replay(&self, containers: &[ContainerId]) -> Result<Vec<Pending>, Error> {
        self.ask(|reply| Request::Replay(containers.to_vec(), reply)).await
    }

    async fn purge(&self, what: &Purge) -> Result<Purged, Error> {
        let keys = self.ring.of(what.connection().as_str());
        let purged = self.ask(|reply| Request::Purge(what.clone(), reply)).await?;
        // Nothing of it is delivered from now on, so none is added meanwhile.
        let what = what.clone();
        let delivered = self.aside(move |receipts| receipts.purge(&what, &keys)).await?;
        Ok(Purged { delivered, ..purged })
    }

    async fn held(&self, what: &Purge) -> Result<Purged, Error> {
        let held = self.ask(|reply| Request::Held(what.clone(), reply)).await?;
        let (what, keys) = (what.clone(), self.ring.of(what.connection().as_str()));
        let delivered = self.aside(move |receipts| receipts.held(&what, &keys)).await?;
        Ok(Purged { delivered, ..held })
    }

    async fn forget_delivered(&self, before: &Before) -> Result<(), Error> {
        let before = *before;
        self.aside(move |receipts| receipts.forget(&before)).await
    }

    async fn forget_dead(&self, before: Timestamp) -> Result<usize, Error> {
        self.ask(|reply| Request::ForgetDead(before, reply)).await
    }

    async fn rotate_keys(&self) -> Result<Rotated, Error> {
        self.ask(Request::RotateKeys).await
    }

    async fn keys(&self) -> Result<Keys, Error> {
        self.ask(Request::LookAtKeys).await
    }

    fn dead_count(&self) -> Result<usize, Error> {
        self.letters_there()
    }

    fn dead_from(&self, first: ContainerId, most: usize) -> Result<Vec<DeadLetter>, Error> {
        self.check()?;
        self.letters(first, most)
    }

    fn delivered(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error> {
        self.check()?;
        self.receipts.list(sought, limit)
    }

    fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        self.check()?;
        self.receipts.sent(id)
    }

    fn begin(&self, task: &TaskId, at: Timestamp) {
        self.inbox.push(Request::Begin(task.clone(), at));
    }

    fn polled(&self, task: &TaskId, at: Timestamp) {
        self.inbox.push(Request::Polled(task.clone(), at));
    }

    fn skip(&self, id: ContainerId, memo: Option<String>) {
        let record = |item: &[u8]| format::head(item).map(|(head, _)| Some(head.record));
        let noted = memo.clone().and_then(|memo| {
            // A store that cannot be read is found out by the committer.
            let record = self.pending_item(id, record).ok().flatten()?;
            self.index.note(record, memo);
            Some(record)
        });
        self.inbox.push(Request::Skip(id, memo, noted));
    }

    fn bury(&self, id: ContainerId, reason: String, at: Timestamp) {
        self.inbox.push(Request::Bury(id, reason, at));
    }

    fn settle(&self, id: ContainerId, destination: &DestinationName, outcome: Settlement) {
        self.inbox.push(Request::Settle(id, destination.clone(), outcome));
    }

    async fn flush(&self) -> Result<(), Error> {
        self.ask(Request::Flush).await
    }

    async fn failed(&self) -> Error {
        let mut failure = self.failure.clone();
        if failure.wait_for(Option::is_some).await.is_err() {
            // It ended without a fault.
            std::future::pending::<()>().await;
        }
        self.stopped()
    }
}
