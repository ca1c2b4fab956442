//! Deliverers in a time that a test turns: who waits for whom, and for how long.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use tokio::time::Instant;

use super::*;
use crate::{
    destination::Message,
    model::{Change, ChangeKind, Filled, NotificationId, Pending, Stage, TaskId},
    status::Backlog,
    store::{
        Commit, Committed, Fill, NewChange, Pass, Reading,
        memory::{Disk, MemoryStore},
    },
};

/// The runtime's time, which goes on when nothing else is to be done.
struct Turned(Instant);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        clock::after(Timestamp::UNIX_EPOCH, self.0.elapsed())
    }

    fn spread(&self) -> f64 {
        0.5
    }
}

/// An attempt: when, in milliseconds, and of which record.
type Made = (u64, String);

/// Refuses what it is told to.
#[derive(Default)]
struct Fickle {
    began: Mutex<Option<Instant>>,
    records: Mutex<BTreeMap<NotificationId, String>>,
    attempts: Mutex<Vec<Made>>,
    taken: Mutex<Vec<Made>>,
    refused: Mutex<Vec<String>>,
    is_down: Mutex<bool>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap()
}

#[async_trait]
impl Destination for Fickle {
    async fn deliver(&self, message: Message) -> Outcome {
        let made = |at: Instant| u64::try_from(at.elapsed().as_millis()).unwrap();
        let at = lock(&self.began).as_ref().map_or(0, |began| made(*began));
        let record = lock(&self.records)[&message.id].clone();
        lock(&self.attempts).push((at, record.clone()));
        time::sleep(Duration::from_millis(1)).await;
        if *lock(&self.is_down) || lock(&self.refused).contains(&record) {
            return Outcome::Failed { why: "status 503".into(), pause: None, of_it_all: false };
        }
        lock(&self.taken).push((at, record));
        Outcome::Delivered
    }
}

/// A deliverer with its destination, and a store to take from.
struct Stand {
    store: Arc<dyn Store>,
    destination: Arc<Fickle>,
    handle: Handle,
    backlog: Backlog,
    status: Status,
    shutdown: CancellationToken,
    revision: Mutex<u64>,
}

fn task() -> TaskId {
    TaskId { connection: "ward".into(), action: "visits".into() }
}

/// Has a deliverer run in turned time.
fn stand(
    store: &Arc<dyn Store>,
    destination: &Arc<Fickle>,
) -> (Stand, impl Future<Output = ()> + use<>) {
    let (status, began) = (Status::default(), Instant::now());
    lock(&destination.began).get_or_insert(began);
    let options = Options {
        name: "app".into(),
        destination: Arc::<Fickle>::clone(destination),
        concurrency: 8,
        retry_for: RETRY_FOR,
        keep: Keep::Nothing,
        grace: Duration::ZERO,
        store: Arc::clone(store),
        clock: Arc::new(Turned(began)),
        status: status.clone(),
    };
    let (deliverer, handle) = options.build();
    let shutdown = CancellationToken::new();
    let running = deliverer.run(shutdown.clone());
    let (store, destination) = (Arc::clone(store), Arc::clone(destination));
    let (backlog, revision) = (Backlog::new("ward".into()), Mutex::new(0));
    (Stand { store, destination, handle, backlog, status, shutdown, revision }, running)
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::open(&Disk::default(), Box::new(|| Duration::ZERO)))
}

impl Stand {
    /// Makes filled containers of records and keys.
    async fn fill(&self, records: &[(&str, &str)]) -> Vec<Pending> {
        let revision = *lock(&self.revision);
        let new = |(position, (record, key)): (usize, &(&str, &str))| {
            let change = Change {
                id: (*record).into(),
                kind: ChangeKind::Upserted,
                version: None,
                content: None,
                key: Some((*key).into()),
                occurred_at: None,
                data: String::new(),
            };
            let reading = Reading { pass: Pass::Onward, revision, position };
            NewChange::of(&task(), change, reading, false)
        };
        let changes: Vec<_> = records.iter().enumerate().map(new).collect();
        let (at, cursor) = (Timestamp::UNIX_EPOCH, revision.to_string());
        let commit = Commit::onward(task(), revision, cursor, at, changes);
        let committed = self.store.commit(commit).await.unwrap();
        let Committed::Done { revision, made, .. } = committed else { unreachable!() };
        *lock(&self.revision) = revision;
        for pending in &made {
            self.fill_one(pending.id).await;
            let container = self.store.container(pending.id).unwrap().unwrap();
            let (id, record) = (container.notification_id, container.change.id);
            lock(&self.destination.records).insert(id, record);
        }
        made
    }

    async fn fill_one(&self, container: ContainerId) -> Vec<crate::model::Delivery> {
        let at = Timestamp::UNIX_EPOCH;
        let (event, payload) = ("Scheduling.New".into(), "{}".into());
        let filled = Filled { event, payload, connector: "plain@0.1.0".into(), at };
        let destinations = vec!["app".into()];
        self.store.fill(Fill { container, filled, memo: None, destinations }).await.unwrap()
    }

    /// Hands in what is filled.
    async fn hand_in(&self, filled: &[Pending]) {
        for pending in filled {
            // A second fill answers what the first did.
            for delivery in self.fill_one(pending.id).await {
                let (lanes, under_way) = (pending.lanes(), self.backlog.enter());
                self.handle.deliver(Owed::new(pending.id, lanes, delivery, under_way));
            }
        }
    }

    async fn deliver(&self, records: &[(&str, &str)]) {
        let filled = self.fill(records).await;
        self.hand_in(&filled).await;
    }

    /// Milliseconds since the beginning.
    fn elapsed(&self) -> u64 {
        let began = lock(&self.destination.began).unwrap();
        u64::try_from(began.elapsed().as_millis()).unwrap()
    }

    fn attempts(&self) -> Vec<Made> {
        lock(&self.destination.attempts).clone()
    }

    fn taken(&self) -> Vec<Made> {
        lock(&self.destination.taken).clone()
    }

    /// Waits in turned time until so many were taken.
    async fn wait_for(&self, count: usize) {
        while self.taken().len() < count {
            time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Records of patients of their own.
fn records(count: usize) -> Vec<(String, String)> {
    (0..count).map(|it| (format!("r{it:05}"), format!("patient/{it}"))).collect()
}

fn refs(records: &[(String, String)]) -> Vec<(&str, &str)> {
    records.iter().map(|(record, key)| (record.as_str(), key.as_str())).collect()
}

#[tokio::test(start_paused = true)]
async fn thirty_that_are_refused_for_ever_cost_the_others_nothing() {
    let (all, mut took) = (records(500), Vec::new());
    // None, those that come first, last, and here and there.
    let first: Vec<usize> = (0..30).collect();
    let (last, spread) = ((470..500).collect(), (0..30).map(|it| it * 16).collect());
    for refused in [Vec::new(), first, last, spread] {
        let (stand, running) = stand(&memory(), &Arc::default());
        let refuses = refused.iter().map(|it: &usize| all[*it].0.clone());
        lock(&stand.destination.refused).extend(refuses);
        let delivering = async {
            stand.deliver(&refs(&all)).await;
            stand.wait_for(500 - refused.len()).await;
            let mut took: Vec<_> = stand.taken().iter().map(|(at, _)| *at).collect();
            took.sort_unstable();
            // An hour later each was asked some times, not more than every five minutes where
            // nobody else came, and the lines are open.
            time::sleep(Duration::from_secs(3_600)).await;
            let refusals = stand.attempts().len() - took.len();
            assert!(refusals <= refused.len() * 19, "{refusals} refusals");
            let before = stand.elapsed();
            stand.deliver(&[("late", "patient/late")]).await;
            stand.wait_for(took.len() + 1).await;
            let (at, _) = stand.taken().last().unwrap().clone();
            assert!(at < before + 1_000, "{at} {before}");
            // One that was taken does not make the destination well.
            time::sleep(Duration::from_secs(1)).await;
            let error = stand.status.report().destinations["app"].error.clone();
            assert_eq!(error.is_some(), !refused.is_empty(), "{error:?}");
            stand.shutdown.cancel();
            took
        };
        let (times, ()) = tokio::join!(delivering, running);
        took.push((times[times.len() / 2], times[times.len() * 95 / 100]));
    }
    let (median, p95) = took[0];
    for (others, other) in &took[1..] {
        assert!(*others * 10 <= median * 12 && *other * 10 <= p95 * 12, "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_keeps_a_destination_from_being_well_also_after_a_restart() {
    let (disk, destination) = (Disk::default(), Arc::<Fickle>::default());
    let open =
        || -> Arc<dyn Store> { Arc::new(MemoryStore::open(&disk, Box::new(|| Duration::ZERO))) };
    lock(&destination.refused).push("1".into());
    {
        let (stand, running) = stand(&open(), &destination);
        let delivering = async {
            stand.deliver(&[("1", "patient/1")]).await;
            time::sleep(Duration::from_secs(3_600)).await;
            stand.shutdown.cancel();
        };
        tokio::join!(delivering, running);
    }
    let (stand, running) = stand(&open(), &destination);
    let error = || stand.status.report().destinations["app"].error.clone();
    let attempts = stand.attempts().len();
    let delivering = async {
        stand.hand_in(&stand.store.pending().unwrap()).await;
        time::sleep(Duration::from_secs(1)).await;
        assert_eq!(stand.attempts().len(), attempts, "it is not its time yet");
        let expected = "1 were refused and are tried again: that was before the last start";
        assert_eq!(error().as_deref(), Some(expected));
        lock(&destination.refused).clear();
        // The clock of this start is an hour behind that of the one before.
        time::sleep(Duration::from_secs(7_200)).await;
        assert_eq!((stand.taken().len(), error()), (1, None));
        stand.shutdown.cancel();
    };
    tokio::join!(delivering, running);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_down_is_left_alone_and_hears_of_all_once_it_is_back() {
    for count in [1, 3, 50, 1_000] {
        let (stand, running) = stand(&memory(), &Arc::default());
        *lock(&stand.destination.is_down) = true;
        let delivering = async {
            stand.deliver(&refs(&records(count))).await;
            let began = stand.elapsed();
            time::sleep(Duration::from_secs(3_600)).await;
            let attempts = stand.attempts();
            assert!(attempts.len() <= 150, "{count}: {} attempts", attempts.len());
            let late = attempts.iter().filter(|(at, _)| *at > began + 1_800_000).count();
            assert!(late <= 40, "{count}: {late} attempts in half an hour");
            *lock(&stand.destination.is_down) = false;
            stand.wait_for(count).await;
            let (at, _) = stand.taken().into_iter().max().unwrap();
            let most = if count < 5 { 360_000 } else { 65_000 };
            assert!(at < began + 3_600_000 + most, "{count}: at {at} of {began}");
            assert_eq!(stand.status.report().destinations["app"].delivered, count as u64);
            stand.shutdown.cancel();
        };
        tokio::join!(delivering, running);
    }
}

#[tokio::test(start_paused = true)]
async fn probes_take_another_each_time() {
    let (stand, running) = stand(&memory(), &Arc::default());
    *lock(&stand.destination.is_down) = true;
    let delivering = async {
        stand.deliver(&refs(&records(100))).await;
        time::sleep(Duration::from_secs(600)).await;
        // Those that opened it were asked more than once, before; of the rest each at most once.
        let mut probes: Vec<_> =
            stand.attempts().into_iter().filter(|(at, _)| *at > 1_000).map(|it| it.1).collect();
        let count = probes.len();
        assert!(count >= 10, "{count}");
        probes.sort_unstable();
        probes.dedup();
        assert_eq!(probes.len(), count);
        stand.shutdown.cancel();
    };
    tokio::join!(delivering, running);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_changes_its_key_is_told_in_order_before_and_after_a_restart() {
    let (disk, destination) = (Disk::default(), Arc::<Fickle>::default());
    let open =
        || -> Arc<dyn Store> { Arc::new(MemoryStore::open(&disk, Box::new(|| Duration::ZERO))) };
    *lock(&destination.is_down) = true;
    let changes =
        [("slot", "nobody"), ("slot", "B"), ("other", "B"), ("other", "A"), ("third", "A")];
    {
        let (stand, running) = stand(&open(), &destination);
        let delivering = async {
            let filled = stand.fill(&changes).await;
            // In whatever order they come.
            let mut reversed = filled.clone();
            reversed.reverse();
            stand.hand_in(&reversed).await;
            time::sleep(Duration::from_secs(60)).await;
            assert!(stand.attempts().iter().all(|(_, record)| record == "slot"));
            stand.shutdown.cancel();
        };
        tokio::join!(delivering, running);
    }
    *lock(&destination.is_down) = false;
    let (stand, running) = stand(&open(), &destination);
    let delivering = async {
        let mut pending = stand.store.pending().unwrap();
        // Of a record that moves, who knew it before hears as well.
        assert_eq!(pending.len(), changes.len() + 2);
        assert!(pending.iter().all(|it| matches!(it.stage, Stage::Deliver(_))));
        pending.reverse();
        stand.hand_in(&pending).await;
        stand.wait_for(changes.len() + 2).await;
        let told: Vec<_> = stand.taken().into_iter().map(|(_, record)| record).collect();
        assert_eq!(told, ["slot", "slot", "slot", "other", "other", "other", "third"]);
        stand.shutdown.cancel();
    };
    tokio::join!(delivering, running);
}
