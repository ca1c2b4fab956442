//! What is kept of deliveries that are done: so long as the user wants it, and no longer.

use bytes::Bytes;

use super::*;

const HOUR: i64 = 60 * 60;

/// Has two destinations take a record's notification at these seconds.
async fn delivered(store: &dyn Store, change: NewChange, seconds: [i64; 2]) -> NotificationId {
    let of = TaskId { connection: "general".into(), action: "appointments".into() };
    let revision = store.task(&of).unwrap().revision;
    let made = committed(store, page(revision, vec![change])).await[0].id;
    let owed = store.fill(filling(made, None, &["app", "lake"])).await.unwrap();
    let container = store.container(made).unwrap().unwrap();
    for (delivery, second) in owed.iter().zip(seconds) {
        let body = Bytes::from(format!("to {} at {second}", delivery.destination));
        let taken = Taken::of(&container, delivery, body, at(second - 1)).delivered(at(second));
        let settlement = Settlement::Delivered(Some(Box::new(taken)));
        store.settle(made, &delivery.destination, settlement);
    }
    store.flush().await.unwrap();
    container.notification_id
}

/// Who has what since when, the newest first.
fn listed(store: &dyn Store, sought: &Sought) -> Vec<(String, i64)> {
    let receipts = store.delivered(sought, usize::MAX).unwrap();
    let start = at(0).as_second();
    let row = |it: Receipt| (it.destination.to_string(), it.delivered_at.as_second() - start);
    receipts.into_iter().map(row).collect()
}

fn row(destination: &str, second: i64) -> (String, i64) {
    (destination.to_owned(), second)
}

pub(crate) async fn a_receipt_says_what_was_delivered(open: Open<'_>) {
    let store = open();
    let id = delivered(&*store, change("1", Some("a")), [20, 30]).await;
    let look = |store: &dyn Store| {
        let receipts = store.delivered(&Sought::default(), 10).unwrap();
        let expected = Receipt {
            notification_id: id.clone(),
            task: task("appointments"),
            destination: "lake".into(),
            sequence: 1,
            event: "Scheduling.New".into(),
            sha256: Sha256::of(b"to lake at 30"),
            observed_at: at(0),
            attempts: 1,
            first_attempt_at: at(29),
            delivered_at: at(30),
        };
        assert_eq!((receipts.len(), &receipts[0]), (2, &expected));
        assert_eq!(store.delivered(&Sought::default(), 1).unwrap(), [expected]);
        let sent = store.sent(&id).unwrap();
        assert_eq!(sent[1].body.as_deref(), Some(&b"to app at 20"[..]));
        assert!(store.sent(&NotificationId("msg_other".into())).unwrap().is_empty());
    };
    look(&*store);
    drop(store);
    look(&*open());
}

pub(crate) async fn receipts_are_found_by_what_they_are_of(open: Open<'_>) {
    let store = open();
    let id = delivered(&*store, change("1", Some("a")), [10, 11]).await;
    delivered(&*store, change("2", Some("a")), [20, 21]).await;
    let of = |of: Purge| Sought { of: Some(of), ..Sought::default() };
    let first = [row("lake", 11), row("app", 10)];
    let all = [row("lake", 21), row("app", 20), row("lake", 11), row("app", 10)];
    assert_eq!(listed(&*store, &of(Purge::record(&task("appointments"), "1"))), first);
    assert_eq!(listed(&*store, &of(Purge::key(&"general".into(), "patient/7"))), all);
    assert_eq!(listed(&*store, &of(Purge::Connection("general".into()))), all);
    assert_eq!(listed(&*store, &of(Purge::Connection("west".into()))), []);
    assert_eq!(listed(&*store, &of(Purge::key(&"west".into(), "patient/7"))), []);
    let by_id = Sought { notification: Some(id), ..Sought::default() };
    assert_eq!(listed(&*store, &by_id), first);
    let to = Sought { destination: Some("app".into()), ..Sought::default() };
    assert_eq!(listed(&*store, &to), [row("app", 20), row("app", 10)]);
    let since = Sought { since: Some(at(20)), ..Sought::default() };
    assert_eq!(listed(&*store, &since), all[..2]);
}

pub(crate) async fn what_was_delivered_is_forgotten_when_it_is_old(open: Open<'_>) {
    let store = open();
    let old = delivered(&*store, change("1", Some("a")), [0, 5]).await;
    let new = delivered(&*store, change("2", Some("a")), [2 * HOUR, 2 * HOUR]).await;
    let before = |receipts, bodies| Before { receipts: at(receipts), bodies: at(bodies) };
    let bodies = |store: &dyn Store, id| {
        let sent = store.sent(id).unwrap();
        (sent.len(), sent.iter().filter(|it| it.body.is_some()).count())
    };
    store.forget_delivered(&before(-HOUR, 0)).await.unwrap();
    assert_eq!((bodies(&*store, &old), bodies(&*store, &new)), ((2, 2), (2, 2)), "not before");
    store.forget_delivered(&before(-HOUR, HOUR + 6)).await.unwrap();
    assert_eq!((bodies(&*store, &old), bodies(&*store, &new)), ((2, 0), (2, 2)));
    store.forget_delivered(&before(HOUR + 6, HOUR + 6)).await.unwrap();
    drop(store);
    let store = open();
    assert_eq!((bodies(&*store, &old), bodies(&*store, &new)), ((0, 0), (2, 2)));
    let latest = delivered(&*store, change("3", Some("a")), [3 * HOUR, 3 * HOUR]).await;
    let all = Before { receipts: Timestamp::MIN, bodies: Timestamp::MAX };
    store.forget_delivered(&all).await.unwrap();
    assert_eq!((bodies(&*store, &new), bodies(&*store, &latest)), ((2, 0), (2, 0)), "all bodies");
}

pub(crate) async fn receipts_are_purged_with_what_they_are_of(open: Open<'_>) {
    let store = open();
    for (id, second) in [("1", 10), ("2", 20), ("3", 30)] {
        delivered(&*store, change(id, Some("a")), [second, second + 1]).await;
    }
    drop(store);
    let store = open();
    let late = delivered(&*store, change("1", Some("b")), [40, 41]).await;
    let record = Purge::record(&task("appointments"), "1");
    assert_eq!(store.held(&record).await.unwrap().delivered, 4);
    assert_eq!(store.purge(&record).await.unwrap().delivered, 4);
    let left = [row("lake", 31), row("app", 30), row("lake", 21), row("app", 20)];
    assert_eq!(listed(&*store, &Sought::default()), left);
    assert!(store.sent(&late).unwrap().is_empty());
    delivered(&*store, change("4", Some("a")), [50, 51]).await;
    drop(store);
    let store = open();
    assert_eq!(listed(&*store, &Sought::default())[2..], left, "after a restart");
    let key = Purge::key(&"general".into(), "patient/7");
    assert_eq!(store.purge(&key).await.unwrap().delivered, 6);
    assert_eq!(listed(&*store, &Sought::default()), []);
    delivered(&*store, change("5", Some("a")), [60, 61]).await;
    let connection = Purge::Connection("general".into());
    assert_eq!(store.held(&connection).await.unwrap().delivered, 2);
    assert_eq!(store.purge(&connection).await.unwrap().delivered, 2);
    assert_eq!(listed(&*store, &Sought::default()), []);
    delivered(&*store, change("6", Some("a")), [70, 71]).await;
    assert_eq!(listed(&*store, &Sought::default()), [row("lake", 71), row("app", 70)]);
}
