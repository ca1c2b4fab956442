//! What every store must do: a suite of tests that take a store by its trait.
//!
//! Each takes a way to open the same store again and again; dropping one is a clean stop.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod answers;
mod delivered;
mod known;
mod listing;
mod purge;
mod walk;

use futures_util::future::join_all;

pub(crate) use self::{
    answers::*, delivered::*, known::*, listing::*, purge::*,
    walk::a_walk_with_restarts_keeps_what_a_model_keeps,
};
use super::*;
use crate::{
    connector::Unreadable,
    identity,
    model::{Change, ChangeKind, Stage},
};

/// Hands all of the suite to a macro that makes a test of each, so that no store leaves one out.
macro_rules! all {
    ($conforms:ident) => {
        $conforms!(
            a_version_makes_one_container,
            a_task_goes_back_and_finds_anew,
            going_back_leaves_other_tasks_alone,
            what_is_replayed_is_not_taken_back,
            a_version_is_seen_in_whatever_way_it_ends,
            without_a_version_each_makes_a_container,
            a_commit_at_another_revision_changes_nothing,
            containers_keep_the_order_of_commits,
            a_container_holds_what_was_given,
            a_second_fill_answers_the_first,
            a_memo_is_that_of_the_last_outcome,
            each_destination_is_settled_for_itself,
            a_dead_delivery_can_be_replayed,
            a_dead_delivery_waits_for_no_other,
            what_was_buried_can_be_replayed,
            dead_letters_are_read_from_any_on,
            sequences_have_no_gaps,
            large_things_fit,
            a_kept_answer_stays_until_the_commit,
            an_answer_is_buried_and_kept_again,
            an_answer_waits_for_the_one_before,
            a_task_remembers_its_polls,
            what_says_something_else_is_told_under_the_same_version,
            what_is_back_under_the_same_version_is_told_again,
            what_says_the_same_is_told_to_nobody,
            what_is_read_again_is_told_once_and_never_backwards,
            what_is_older_by_a_clock_that_was_put_back_is_told,
            a_key_stays_until_there_is_another,
            who_loses_a_record_is_told_first,
            who_lost_a_record_is_told_once_though_the_change_is_taken_back,
            that_it_is_gone_is_told_once,
            what_cannot_be_read_is_a_dead_letter_once,
            a_task_remembers_where_it_stood_and_what_it_told,
            what_is_not_listed_any_more_is_gone,
            a_pass_goes_on_after_a_restart,
            what_a_pass_finds_and_what_is_told_beside_it_is_counted,
            what_a_pass_found_and_is_taken_back_is_found_anew,
            a_pass_that_met_what_has_no_id_tells_nothing_gone,
            a_pass_that_misses_much_is_held,
            what_is_told_before_the_first_pass_and_gone_by_then_is_told_gone,
            what_a_poll_reads_while_a_listing_is_held_is_not_gone,
            what_is_back_in_a_listing_is_told_again,
            what_was_there_before_is_silent,
            a_record_that_was_purged_has_no_place,
            a_connection_is_purged,
            a_record_is_purged,
            a_patient_is_purged,
            dead_letters_are_forgotten_when_they_are_old,
            a_receipt_says_what_was_delivered,
            receipts_are_found_by_what_they_are_of,
            what_was_delivered_is_forgotten_when_it_is_old,
            receipts_are_purged_with_what_they_are_of,
            a_walk_with_restarts_keeps_what_a_model_keeps,
        );
    };
}

pub(crate) use all;

/// Opens the store under test.
pub(crate) type Open<'a> = &'a dyn Fn() -> Box<dyn Store>;

pub(crate) fn task(action: &str) -> TaskId {
    TaskId { connection: "general".into(), action: action.into() }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn change(id: &str, version: Option<&str>) -> NewChange {
    let change = Change {
        id: id.into(),
        kind: ChangeKind::Upserted,
        version: version.map(Into::into),
        content: None,
        key: Some("patient/7".into()),
        occurred_at: Some("2026-05-05T10:00:00Z".into()),
        data: format!("{{\"id\":\"{id}\"}}"),
    };
    new_change(change)
}

fn new_change(change: Change) -> NewChange {
    let reading = Reading { pass: Pass::Onward, revision: 0, position: 0 };
    NewChange::of(&task("appointments"), change, reading, false)
}

pub(crate) fn page(revision: u64, changes: Vec<NewChange>) -> Commit {
    Commit {
        task: task("appointments"),
        revision,
        moves: to(&format!("after {revision}"), false),
        observed_at: at(0),
        pass: Pass::Onward,
        listing: None,
        lists: false,
        changes,
        notices: Vec::new(),
    }
}

pub(crate) fn to(cursor: &str, complete: bool) -> Option<Move> {
    Some(Move { cursor: cursor.into(), past: Vec::new(), complete })
}

pub(crate) async fn committed(store: &dyn Store, commit: Commit) -> Vec<Pending> {
    match store.commit(commit).await.unwrap() {
        Committed::Done { made, .. } => made,
        Committed::Fenced { revision } => panic!("fenced at {revision}"),
    }
}

pub(crate) fn filling(container: ContainerId, memo: Option<&str>, destinations: &[&str]) -> Fill {
    let filled = Filled {
        event: "Scheduling.New".into(),
        payload: format!("{{\"of\":{container}}}"),
        connector: "fhir-r4@0.1.0".into(),
        at: at(1),
    };
    let destinations = destinations.iter().map(|name| DestinationName::from(*name)).collect();
    Fill { container, filled, memo: memo.map(Into::into), destinations }
}

fn mark(second: i64, cursor: Option<&str>) -> Mark {
    Mark { at: at(second), ehr_at: None, cursor: cursor.map(Into::into) }
}

async fn one(store: &dyn Store, revision: u64, id: &str, version: &str) -> ContainerId {
    committed(store, page(revision, vec![change(id, Some(version))])).await[0].id
}

pub(crate) async fn a_task_goes_back_and_finds_anew(open: Open<'_>) {
    let store = open();
    let old = one(&*store, 0, "1", "a").await;
    let made =
        committed(&*store, page(1, vec![change("2", Some("a")), change("3", Some("a"))])).await;
    let told = made[0].id;
    store.fill(filling(told, Some("memo"), &["app"])).await.unwrap();
    let to = Rewind { cursor: Some("after 0".into()), past: vec![mark(0, None)], from: Some(told) };
    assert_eq!(
        store.rewind(&task("appointments"), to).await.unwrap(),
        1,
        "only what is not filled"
    );
    drop(store);
    let store = open();
    let stage = |stage: &Stage| matches!(stage, Stage::Collect);
    let pending = store.pending().unwrap();
    let collecting: Vec<_> = pending.iter().filter(|it| stage(&it.stage)).map(|it| it.id).collect();
    assert_eq!((collecting, pending.len()), (vec![old], 2), "what was told is still owed");
    let state = store.task(&task("appointments")).unwrap();
    assert_eq!((state.cursor.as_deref(), state.revision), (Some("after 0"), 3));
    assert!(state.past == [mark(0, None)]);
    let late = store.commit(page(2, vec![change("4", Some("a"))])).await.unwrap();
    assert_eq!(late, Committed::Fenced { revision: 3 });
    let again = vec![change("2", Some("a")), change("3", Some("a"))];
    let again = committed(&*store, page(3, again)).await;
    let record = store.container(again[0].id).unwrap().unwrap().change.id;
    assert_eq!((again.len(), record.as_str()), (1, "3"), "what was forgotten is found again");
}

pub(crate) async fn going_back_leaves_other_tasks_alone(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    let to = Rewind { cursor: None, past: Vec::new(), from: Some(id) };
    assert_eq!(store.rewind(&task("patients"), to).await.unwrap(), 0);
    assert!(store.container(id).unwrap().is_some());
}

pub(crate) async fn what_is_replayed_is_not_taken_back(open: Open<'_>) {
    let store = open();
    let old = one(&*store, 0, "1", "a").await;
    store.bury(old, "no patient".into(), at(2));
    store.flush().await.unwrap();
    let new = one(&*store, 1, "2", "a").await;
    let again = store.replay(&[old]).await.unwrap().remove(0);
    drop(store);
    let store = open();
    let to = Rewind { cursor: Some("after 1".into()), past: Vec::new(), from: Some(new) };
    assert_eq!(store.rewind(&task("appointments"), to).await.unwrap(), 1, "what was found since");
    assert!(store.container(again.id).unwrap().is_some(), "it is of before");
    let both = vec![change("1", Some("a")), change("2", Some("a"))];
    assert_eq!(committed(&*store, page(3, both)).await.len(), 1, "it is in line already");
    store.bury(again.id, "no patient".into(), at(3));
    store.flush().await.unwrap();
    assert_eq!(store.replay(&[again.id]).await.unwrap()[0].stage, Stage::Collect);
}

fn dead(reason: &str) -> Settlement {
    Settlement::Dead { reason: reason.into(), at: at(9) }
}

pub(crate) async fn a_version_makes_one_container(open: Open<'_>) {
    let store = open();
    let twice = vec![change("1", Some("a")), change("1", Some("a"))];
    let first = committed(&*store, page(0, twice)).await;
    assert_eq!(first.len(), 1, "twice in a page");
    let again = |revision| page(revision, vec![change("1", Some("a"))]);
    assert!(committed(&*store, again(1)).await.is_empty(), "while it is collected");
    store.fill(filling(first[0].id, None, &["app"])).await.unwrap();
    assert!(committed(&*store, again(2)).await.is_empty(), "while it is delivered");
    store.settle(first[0].id, &"app".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    assert!(committed(&*store, again(3)).await.is_empty(), "once it is delivered");
    drop(store);
    let store = open();
    assert!(committed(&*store, again(4)).await.is_empty(), "after a restart");
    let other = page(5, vec![change("1", Some("b")), change("2", Some("a"))]);
    assert_eq!(committed(&*store, other).await.len(), 2, "another version, another record");
}

pub(crate) async fn a_version_is_seen_in_whatever_way_it_ends(open: Open<'_>) {
    let store = open();
    let changes = || ["skip", "bury", "none"].map(|id| change(id, Some("a"))).into();
    let made = committed(&*store, page(0, changes())).await;
    store.skip(made[0].id, None);
    store.bury(made[1].id, "no patient".into(), at(2));
    assert!(store.fill(filling(made[2].id, None, &[])).await.unwrap().is_empty());
    assert!(committed(&*store, page(1, changes())).await.is_empty());
    drop(store);
    let store = open();
    assert!(store.pending().unwrap().is_empty());
    assert!(committed(&*store, page(2, changes())).await.is_empty());
}

pub(crate) async fn without_a_version_each_makes_a_container(open: Open<'_>) {
    let store = open();
    let made = committed(&*store, page(0, vec![change("1", None), change("1", None)])).await;
    assert_eq!(made.len(), 2);
    store.fill(filling(made[0].id, None, &[])).await.unwrap();
    assert_eq!(committed(&*store, page(1, vec![change("1", None)])).await.len(), 1);
}

pub(crate) async fn a_commit_at_another_revision_changes_nothing(open: Open<'_>) {
    let store = open();
    committed(&*store, page(0, vec![])).await;
    let stale = store.commit(page(0, vec![change("1", Some("a"))])).await.unwrap();
    assert_eq!(stale, Committed::Fenced { revision: 1 });
    assert_eq!(store.task(&task("appointments")).unwrap().revision, 1);
    assert_eq!(committed(&*store, page(1, vec![change("1", Some("a"))])).await.len(), 1);
    let both = join_all([store.commit(page(2, vec![])), store.commit(page(2, vec![]))]).await;
    let done = both.iter().filter(|one| matches!(one, Ok(Committed::Done { .. }))).count();
    assert_eq!(done, 1, "of two at once, one is done");
}

pub(crate) async fn containers_keep_the_order_of_commits(open: Open<'_>) {
    let store = open();
    let mut ids = Vec::new();
    for revision in 0..20 {
        let changes = (0..50).map(|n| change(&format!("{revision}/{n}"), Some("a"))).collect();
        ids.extend(committed(&*store, page(revision, changes)).await.iter().map(|made| made.id));
    }
    assert!(ids.is_sorted());
    drop(store);
    let store = open();
    let pending = store.pending().unwrap();
    assert_eq!(pending.iter().map(|pending| pending.id).collect::<Vec<_>>(), ids);
    assert!(store.pending().unwrap().is_empty(), "asked once");
    for id in &ids {
        store.skip(*id, None);
    }
    drop(store);
    let store = open();
    assert!(store.pending().unwrap().is_empty());
    assert!(one(&*store, 20, "new", "a").await > ids[999], "a number is never used again");
}

pub(crate) async fn a_container_holds_what_was_given(open: Open<'_>) {
    let store = open();
    let new = change("1", Some("a"));
    let (given, lane) = (new.change.clone(), identity::lane(&"general".into(), &new.change));
    let pending = committed(&*store, page(0, vec![new])).await.remove(0);
    assert_eq!((pending.lane, &pending.stage), (lane, &Stage::Collect));
    let container = store.container(pending.id).unwrap().unwrap();
    assert_eq!((&container.change, container.observed_at), (&given, at(0)));
    let fill = filling(pending.id, None, &["app"]);
    let filled = fill.filled.clone();
    store.fill(fill).await.unwrap();
    let look = |store: &dyn Store| {
        let container = store.container(pending.id).unwrap().unwrap();
        assert_eq!(container.filled.as_ref(), Some(&filled));
        assert_eq!((container.change.id.as_str(), container.change.data.as_str()), ("1", ""));
    };
    look(&*store);
    drop(store);
    look(&*open());
}

pub(crate) async fn a_second_fill_answers_the_first(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    let first = store.fill(filling(id, None, &["app"])).await.unwrap();
    assert_eq!(store.fill(filling(id, None, &["other"])).await.unwrap(), first);
    store.settle(id, &"app".into(), Settlement::Delivered(None));
    store.flush().await.unwrap();
    assert!(store.fill(filling(id, None, &["app"])).await.unwrap().is_empty());
    assert!(store.container(id).unwrap().is_none());
}

pub(crate) async fn a_memo_is_that_of_the_last_outcome(open: Open<'_>) {
    let store = open();
    let record = change("1", None).record;
    let made: Vec<_> = committed(&*store, page(0, (0..5).map(|_| change("1", None)).collect()))
        .await
        .iter()
        .map(|made| made.id)
        .collect();
    let memo = |store: &dyn Store| store.memo(&"general".into(), record).unwrap();
    assert_eq!(memo(&*store), None);
    store.fill(filling(made[0], Some("first"), &["app"])).await.unwrap();
    assert_eq!(memo(&*store).as_deref(), Some("first"));
    store.skip(made[1], Some("second".into()));
    assert_eq!(memo(&*store).as_deref(), Some("second"), "noted");
    store.skip(made[2], None);
    drop(store);
    let store = open();
    assert_eq!(memo(&*store).as_deref(), Some("second"), "a skip may leave it");
    store.fill(filling(made[3], None, &["app"])).await.unwrap();
    assert_eq!(memo(&*store), None, "a notification may take it away");
    store.fill(filling(made[4], Some("last"), &["app"])).await.unwrap();
    for id in [made[0], made[3], made[4]] {
        store.settle(id, &"app".into(), Settlement::Delivered(None));
    }
    drop(store);
    assert_eq!(memo(&*open()).as_deref(), Some("last"));
}

pub(crate) async fn each_destination_is_settled_for_itself(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    store.fill(filling(id, None, &["app", "lake", "desk"])).await.unwrap();
    let retry =
        |second| Settlement::Retry { attempted_at: at(second), not_before: at(second + 60) };
    store.settle(id, &"app".into(), Settlement::Delivered(None));
    store.settle(id, &"lake".into(), retry(10));
    store.settle(id, &"lake".into(), retry(70));
    drop(store);
    let store = open();
    let pending = store.pending().unwrap().remove(0);
    let Stage::Deliver(owed) = pending.stage else { panic!("it is filled") };
    let [lake, desk] = owed.try_into().unwrap();
    assert_eq!((lake.destination.as_str(), lake.attempts), ("lake", 2));
    assert_eq!((lake.first_attempt_at, lake.not_before), (Some(at(10)), Some(at(130))));
    assert_eq!((desk.destination.as_str(), desk.attempts), ("desk", 0));
    store.settle(id, &"desk".into(), Settlement::Delivered(None));
    store.settle(id, &"lake".into(), Settlement::Delivered(None));
    drop(store);
    let store = open();
    assert!(store.pending().unwrap().is_empty());
    assert!(store.container(id).unwrap().is_none());
}

pub(crate) async fn a_dead_delivery_can_be_replayed(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    let sent = store.fill(filling(id, Some("memo"), &["app", "lake"])).await.unwrap();
    let before = store.container(id).unwrap().unwrap();
    store.settle(id, &"app".into(), dead("410"));
    store.flush().await.unwrap();
    assert_eq!(store.dead().unwrap().len(), 1, "while another is owed");
    store.settle(id, &"lake".into(), Settlement::Delivered(None));
    drop(store);
    let store = open();
    assert!(store.pending().unwrap().is_empty());
    let letters = store.dead().unwrap();
    assert_eq!((letters.len(), letters[0].container), (1, id));
    assert_eq!((letters[0].reason.as_str(), letters[0].at), ("410", at(9)));
    assert_eq!(store.container(id).unwrap().unwrap().filled, before.filled);
    let later = one(&*store, 1, "2", "a").await;
    let replayed = store.replay(&[id, id, ContainerId(999)]).await.unwrap();
    assert!(replayed.len() == 1 && replayed[0].id > later, "behind what waits");
    drop(store);
    let store = open();
    assert!(store.dead().unwrap().is_empty());
    assert_eq!(store.pending().unwrap()[1..], replayed);
    let Stage::Deliver(owed) = &replayed[0].stage else { panic!("it is filled") };
    assert_eq!(owed[..], sent[..1], "the same sequence, no attempts, and only the dead one");
    let after = store.container(replayed[0].id).unwrap().unwrap();
    assert_eq!(after.notification_id, before.notification_id);
    assert_eq!(after.filled, before.filled);
    assert!(store.replay(&[id]).await.unwrap().is_empty(), "once");
}

pub(crate) async fn a_dead_delivery_waits_for_no_other(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    let sent = store.fill(filling(id, None, &["app", "lake", "desk"])).await.unwrap();
    store.settle(id, &"lake".into(), dead("410"));
    let again = Settlement::Retry { attempted_at: at(1), not_before: at(2) };
    store.settle(id, &"app".into(), again);
    drop(store);
    let store = open();
    let owed = |pending: &Pending| match &pending.stage {
        Stage::Deliver(owed) => owed.iter().map(|it| it.destination.to_string()).collect(),
        Stage::Collect => Vec::new(),
    };
    let pending = store.pending().unwrap();
    assert_eq!((pending.len(), owed(&pending[0])), (1, vec!["app".into(), "desk".into()]));
    let letter = store.dead().unwrap().remove(0);
    assert_eq!((letter.container, letter.destination), (id, Some("lake".into())));
    let replayed = store.replay(&[id]).await.unwrap();
    assert_eq!((replayed.len(), owed(&replayed[0])), (1, vec!["lake".into()]));
    let Stage::Deliver(lake) = &replayed[0].stage else { panic!("it is filled") };
    assert_eq!(lake[..], sent[1..2]);
    // The others go on under the number that they had, each on its own.
    store.settle(id, &"app".into(), dead("410"));
    store.settle(id, &"desk".into(), dead("413"));
    store.settle(replayed[0].id, &"lake".into(), dead("404"));
    drop(store);
    let store = open();
    assert!(store.pending().unwrap().is_empty());
    let letters = store.dead().unwrap();
    let reasons = letters.iter().map(|it| (it.container, it.reason.as_str()));
    let expected = [(id, "410"), (id, "413"), (replayed[0].id, "404")];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    let both = store.replay(&[id]).await.unwrap();
    assert_eq!(both.iter().map(owed).collect::<Vec<_>>(), [["app"], ["desk"]]);
    assert_ne!(both[0].id, both[1].id);
    assert_eq!(store.dead().unwrap().len(), 1);
}

pub(crate) async fn dead_letters_are_read_from_any_on(open: Open<'_>) {
    let store = open();
    let mut dead = Vec::new();
    for revision in 0..4 {
        let id = one(&*store, revision, &revision.to_string(), "a").await;
        // One of a letter for each destination, and one that is well.
        match revision {
            1 => {
                store.fill(filling(id, None, &["app", "lake"])).await.unwrap();
                for name in ["app", "lake"] {
                    store.settle(id, &name.into(), self::dead("410"));
                }
            }
            2 => continue,
            _ => store.bury(id, "trap".into(), at(3)),
        }
        dead.push(id);
    }
    drop(store);
    let store = open();
    let read = |first: ContainerId, most| {
        let letters = store.dead_from(first, most).unwrap();
        letters.iter().map(|letter| letter.container).collect::<Vec<_>>()
    };
    let [first, second, third] = dead[..] else { panic!("three are dead") };
    assert_eq!(read(ContainerId(0), usize::MAX), [first, second, second, third]);
    assert_eq!(read(ContainerId(0), 2), [first, second, second], "all of a container");
    assert_eq!(read(ContainerId(second.0 + 1), 2), [third]);
    assert!(read(ContainerId(third.0 + 1), 2).is_empty() && read(first, 0).is_empty());
    assert_eq!(store.dead_letter(third).unwrap().unwrap().id, third);
    assert!(store.dead_letter(ContainerId(second.0 + 1)).unwrap().is_none(), "it is well");
}

pub(crate) async fn what_was_buried_can_be_replayed(open: Open<'_>) {
    let store = open();
    let id = one(&*store, 0, "1", "a").await;
    store.bury(id, "trap".into(), at(3));
    drop(store);
    let store = open();
    let letter = store.dead().unwrap().remove(0);
    assert_eq!((letter.destination, letter.event, letter.at), (None, None, at(3)));
    let pending = store.replay(&[id]).await.unwrap().remove(0);
    assert_eq!(pending.stage, Stage::Collect);
    let container = store.container(pending.id).unwrap().unwrap();
    assert_eq!(container.change.data, "{\"id\":\"1\"}");
    assert_eq!(store.fill(filling(pending.id, None, &["app"])).await.unwrap().len(), 1);
    assert!(committed(&*store, page(1, vec![change("1", Some("a"))])).await.is_empty());
}

pub(crate) async fn sequences_have_no_gaps(open: Open<'_>) {
    let mut seen = std::collections::BTreeMap::<String, Vec<u64>>::new();
    for round in 0..4 {
        let store = open();
        let changes = (0..100).map(|n| change(&format!("{round}/{n}"), Some("a"))).collect();
        let made = committed(&*store, page(round, changes)).await;
        let fills = made.iter().map(|made| {
            let all = ["app", "lake"];
            store.fill(filling(made.id, None, &all[..1 + made.id.0 as usize % 2]))
        });
        for delivery in join_all(fills).await.into_iter().flat_map(Result::unwrap) {
            seen.entry(delivery.destination.to_string()).or_default().push(delivery.sequence);
        }
    }
    for (destination, mut sequences) in seen {
        sequences.sort_unstable();
        let expected: Vec<u64> = (1..=sequences.len() as u64).collect();
        assert_eq!(sequences, expected, "of {destination}");
    }
}

pub(crate) async fn large_things_fit(open: Open<'_>) {
    let mut new = change("1", Some("a"));
    new.change.data = "d".repeat(5 << 20);
    let store = open();
    let body: Vec<u8> = (0..3 << 20).map(|n: u32| (n % 251) as u8).collect();
    let answer = KeptAnswer { status: 200, headers: vec![("etag".into(), "7".into())], body };
    store.keep(&task("appointments"), Some(answer.clone())).await.unwrap();
    drop(store);
    let store = open();
    assert!(store.task(&task("appointments")).unwrap().answer == Some(answer));
    let cursor = "c".repeat(16 << 10);
    let commit = Commit { moves: to(&cursor, false), ..page(0, vec![new, change("2", None)]) };
    let made = committed(&*store, commit).await;
    drop(store);
    let store = open();
    assert_eq!(store.task(&task("appointments")).unwrap().cursor, Some(cursor));
    assert_eq!(store.container(made[0].id).unwrap().unwrap().change.data.len(), 5 << 20);
    let mut fill = filling(made[0].id, None, &["app"]);
    fill.filled.payload = "p".repeat(1 << 20);
    let filled = fill.filled.clone();
    store.fill(fill).await.unwrap();
    drop(store);
    let store = open();
    assert_eq!(store.container(made[0].id).unwrap().unwrap().filled, Some(filled));
    store.settle(made[0].id, &"app".into(), dead("413"));
    store.flush().await.unwrap();
    assert_eq!(store.replay(&[made[0].id]).await.unwrap().len(), 1);
}

pub(crate) async fn a_kept_answer_stays_until_the_commit(open: Open<'_>) {
    let id = task("appointments");
    let store = open();
    store.keep(&id, None).await.unwrap();
    drop(store);
    let store = open();
    assert!(store.task(&id).unwrap().interrupted);
    let answer = KeptAnswer { status: 200, headers: vec![], body: b"[]".to_vec() };
    store.keep(&id, Some(answer)).await.unwrap();
    store.set_cursor(&id, None).await.unwrap();
    let state = store.task(&id).unwrap();
    assert!(state.answer.is_some() && !state.interrupted);
    committed(&*store, page(1, vec![])).await;
    assert!(store.task(&id).unwrap().answer.is_none());
    drop(store);
    assert!(open().task(&id).unwrap().answer.is_none());
}

pub(crate) async fn a_task_remembers_its_polls(open: Open<'_>) {
    let id = task("appointments");
    let store = open();
    assert!(store.task(&id).unwrap() == TaskState::default());
    store.polled(&id, at(5));
    store.polled(&id, at(4_000));
    store.flush().await.unwrap();
    let moves = to("after 0", true);
    let commit = Commit { moves, observed_at: at(7), ..page(0, vec![]) };
    committed(&*store, commit).await;
    drop(store);
    let store = open();
    let state = store.task(&id).unwrap();
    assert_eq!((state.begun_at, state.last_polled_at), (Some(at(5)), Some(at(4_000))));
    assert!(state.complete && state.cursor.as_deref() == Some("after 0"));
    assert_eq!(store.set_cursor(&id, Some("by hand".into())).await.unwrap(), 2);
    assert!(store.task(&id).unwrap().complete);
    assert_eq!(store.set_cursor(&id, None).await.unwrap(), 3);
    let state = store.task(&id).unwrap();
    let begun_at = state.begun_at;
    assert!(state == TaskState { revision: 3, begun_at, ..TaskState::default() });
    assert!(store.task(&task("patients")).unwrap() == TaskState::default());
}
