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

conforms!(
    a_version_makes_one_container,
    a_task_goes_back_and_finds_anew,
    going_back_leaves_other_tasks_alone,
    a_version_is_seen_in_whatever_way_it_ends,
    without_a_version_each_makes_a_container,
    a_commit_at_another_revision_changes_nothing,
    containers_keep_the_order_of_commits,
    a_container_holds_what_was_given,
    a_second_fill_answers_the_first,
    a_memo_is_that_of_the_last_outcome,
    each_destination_is_settled_for_itself,
    a_dead_delivery_can_be_replayed,
    what_was_buried_can_be_replayed,
    sequences_have_no_gaps,
    large_things_fit,
    a_kept_answer_stays_until_the_commit,
    a_task_remembers_its_polls,
    a_walk_with_restarts_keeps_what_a_model_keeps,
    a_connection_is_purged,
    a_record_is_purged,
    a_patient_is_purged,
    dead_letters_are_forgotten_when_they_are_old,
);

#[tokio::test(start_paused = true)]
async fn a_crash_takes_what_was_not_synced() {
    let disk = Disk::default();
    let store = open(&disk);
    let made = committed(&store, page(0, vec![change("1", Some("a"))])).await;
    store.fill(filling(made[0].id, None, &["app"])).await.unwrap();
    store.settle(made[0].id, &"app".into(), Settlement::Delivered);
    assert!(store.container(made[0].id).unwrap().is_none());
    store.crash(0);
    let late = store.commit(page(1, vec![])).await;
    assert!(late.is_err(), "nothing is acknowledged after a crash");
    drop(store);
    assert_eq!(open(&disk).pending().unwrap().len(), 1);
    let store = open(&disk);
    store.settle(made[0].id, &"app".into(), Settlement::Delivered);
    store.crash(1);
    drop(store);
    assert!(open(&disk).pending().unwrap().is_empty(), "it may have reached the disk");
}
