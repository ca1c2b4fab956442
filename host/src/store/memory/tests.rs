//! The store in memory against the suite of all stores, and its crashes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::store::conformance::{self, change, committed, filling, page};

fn open(disk: &Disk) -> MemoryStore {
    MemoryStore::open(disk, Box::new(|| Duration::ZERO))
}

macro_rules! conforms {
    ($($name:ident,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                let disk = Disk::default();
                conformance::$name(&|| Box::new(open(&disk))).await;
            }
        )*
    };
}

conformance::all!(conforms);

#[tokio::test(start_paused = true)]
async fn a_crash_takes_what_was_not_synced() {
    let disk = Disk::default();
    let store = open(&disk);
    let made = committed(&store, page(0, vec![change("1", Some("a"))])).await;
    store.fill(filling(made[0].id, None, &["app"])).await.unwrap();
    store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
    assert!(store.container(made[0].id).unwrap().is_none());
    store.crash(0);
    let late = store.commit(page(1, vec![])).await;
    assert!(late.is_err(), "nothing is acknowledged after a crash");
    drop(store);
    assert_eq!(open(&disk).pending().unwrap().len(), 1);
    let store = open(&disk);
    store.settle(made[0].id, &"app".into(), Settlement::Delivered(None));
    store.crash(1);
    drop(store);
    assert!(open(&disk).pending().unwrap().is_empty(), "it may have reached the disk");
}
