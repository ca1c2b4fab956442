//! The sled store against the suite of all stores, and what only it has to do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod damage;
mod form;
mod fuzz;
mod kill;
pub(super) mod ledger;
mod receipts;
mod restart;
mod seal;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::*;
use crate::{
    config::Seal,
    model::{ContainerId, TaskId},
    store::{
        Before, Commit, Committed, KeptAnswer, Purge, Receipt, Settlement, Sought, Store,
        conformance::{self, at, change, committed, filling, page},
    },
};

/// A data folder that goes with its test.
pub(super) struct TestFolder(PathBuf);

impl TestFolder {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rounds-store-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn open(&self) -> SledStore {
        self.try_open().unwrap()
    }

    pub(super) fn try_open(&self) -> Result<SledStore, Error> {
        SledStore::open(&Options::new(&self.0))
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

macro_rules! conforms {
    ($($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let folder = TestFolder::new();
                conformance::$name(&|| Box::new(folder.open())).await;
                assert!(no_blobs(folder.path()));
            }
        )*
    };
}

conformance::all!(conforms);

/// Whether sled has put nothing into the files that it never syncs.
fn no_blobs(data: &Path) -> bool {
    let blobs = |tree: &str| data.join("store").join(tree).join("blobs");
    ["containers", "records"].iter().all(|tree| fs::read_dir(blobs(tree)).unwrap().count() == 0)
}

#[tokio::test]
async fn a_second_host_is_told_who_has_the_store() {
    let folder = TestFolder::new();
    let _first = folder.open();
    let Err(error) = folder.try_open() else { panic!("two hosts") };
    let pid = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&pid), "{error}");
}

#[tokio::test]
async fn a_full_disk_takes_nothing_in_and_lets_go() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", Some("a")), change("2", None)])).await;
    store.fill(filling(made[0].id, None, &["app"])).await.unwrap();
    drop(store);
    let options = Options { reserve_bytes: u64::MAX, ..Options::new(folder.path()) };
    let store = SledStore::open(&options).unwrap();
    let full = store.commit(page(1, vec![])).await;
    assert!(matches!(full, Err(Error::Full { .. })));
    let full = store.fill(filling(made[1].id, None, &["app"])).await;
    assert!(matches!(full, Err(Error::Full { .. })));
    store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    assert!(store.container(made[0].id).unwrap().is_none());
    drop(store);
    assert_eq!(folder.open().pending().unwrap().len(), 1);
}

#[tokio::test]
async fn a_trickle_leaves_nothing_behind() {
    let folder = TestFolder::new();
    let store = folder.open();
    for revision in 0..300 {
        let made = committed(&store, page(revision, vec![change("1", None)])).await;
        store.fill(filling(made[0].id, None, &["app"])).await.unwrap();
        store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
        store.flush().await.unwrap();
    }
    // The second brings what the first says of its records.
    store.flush().await.unwrap();
    let slots: Vec<_> = store.disk.scan(keys::SLOTS).map(Result::unwrap).collect();
    assert!(slots.len() < 100 && slots.iter().all(|(_, value)| value.is_empty()));
    assert_eq!(store.disk.scan(keys::MARKS).count(), 0);
}

#[tokio::test]
async fn a_poll_that_finds_nothing_does_not_touch_the_disk() {
    let folder = TestFolder::new();
    let store = folder.open();
    let found = || vec![change("1", Some("a"))];
    committed(&store, page(0, found())).await;
    store.flush().await.unwrap();
    let flushes = || store.disk.flushes();
    let before = flushes();
    for _ in 0..10 {
        let idle = Commit { moves: page(0, vec![]).moves, ..page(1, found()) };
        assert!(committed(&store, idle).await.is_empty());
    }
    assert_eq!(flushes(), before);
    committed(&store, page(1, vec![])).await;
    assert!(flushes() > before);
}

#[tokio::test]
async fn few_containers_do_not_hold_many_blocks() {
    let folder = TestFolder::new();
    let store = folder.open();
    let mut kept = Vec::new();
    for revision in 0..60 {
        let mut changes: Vec<_> = (0..300).map(|_| change("1", None)).collect();
        changes.iter_mut().for_each(|new| new.change.data = "d".repeat(800));
        let made = committed(&store, page(revision, changes)).await;
        kept.push(made[0].id);
        made[1..].iter().for_each(|made| store.skip(made.id, None));
    }
    for _ in 0..100 {
        store.flush().await.unwrap();
    }
    let slots = store.disk.scan(keys::SLOTS).map(Result::unwrap);
    let bytes: usize = slots.map(|(_, value)| value.len()).sum();
    assert!(bytes < 6 << 20, "{bytes} bytes for {} containers", kept.len());
    assert!(kept.iter().all(|id| store.container(*id).unwrap().is_some()));
    drop(store);
    assert_eq!(folder.open().pending().unwrap().len(), kept.len());
}

#[tokio::test]
async fn an_older_memo_does_not_come_back() {
    let folder = TestFolder::new();
    let store = folder.open();
    let made = committed(&store, page(0, vec![change("1", None), change("1", None)])).await;
    store.fill(filling(made[0].id, Some("older"), &["app"])).await.unwrap();
    store.fill(filling(made[1].id, Some("newer"), &["app"])).await.unwrap();
    store.settle(made[1].id, &"app".into(), Settlement::Delivered(None));
    drop(store);
    let store = folder.open();
    let record = change("1", None).record;
    assert_eq!(store.memo(&"general".into(), record).unwrap().as_deref(), Some("newer"));
    store.settle(made[0].id, &"app".into(), Settlement::Dead { reason: "410".into(), at: at(1) });
    store.flush().await.unwrap();
    store.replay(&[made[0].id]).await.unwrap();
    drop(store);
    assert_eq!(folder.open().memo(&"general".into(), record).unwrap().as_deref(), Some("newer"));
}
