//! The bytes on disk. Where this fails, stores that exist can no longer be read: make it a new
//! format, and say how the old becomes it.

use super::*;
use crate::{
    identity::{ContentKey, RecordKey, VersionKey},
    model::{Change, ChangeKind, Filled, Lane, NotificationId},
    store::{
        Listing, Mark, Receipt, Sha256, Taken,
        sled::{
            format::{
                Body, Head, Owed, Place, Progress, RecordState, Saying, Standing, TaskRecord,
            },
            front::{Clear, Row},
            receipts,
        },
    },
};

fn saying() -> Saying<&'static str> {
    let (version, content) = (VersionKey([2; 16]), Some(ContentKey([4; 16])));
    Saying { version, content, gone: true, at: Some(-1), key: Some("k") }
}

fn head() -> Head<'static> {
    Head {
        id: ContainerId(7),
        connection: "c",
        action: "a",
        lane: Lane(9),
        record: RecordKey([1; 16]),
        says: Some(saying()),
        memo: Some(Some("m")),
        serial: 3,
        standing: Standing::Deliver(vec![Owed { destination: "d", sequence: 4 }]),
    }
}

fn body() -> Body {
    let change = Change {
        id: "i".into(),
        kind: ChangeKind::Deleted,
        version: Some("v".into()),
        content: None,
        key: None,
        occurred_at: None,
        data: "{}".into(),
    };
    let filled =
        Filled { event: "e".into(), payload: "[]".into(), connector: "f".into(), at: at(0) };
    Body {
        notification_id: NotificationId("n".into()),
        change,
        backfill: true,
        silent: true,
        observed_at: at(0),
        filled: Some(filled),
    }
}

fn taken() -> Taken {
    let receipt = Receipt {
        notification_id: NotificationId("n".into()),
        task: TaskId { connection: "c".into(), action: "a".into() },
        destination: "d".into(),
        sequence: 4,
        event: "e".into(),
        sha256: Sha256([3; 32]),
        observed_at: at(0),
        attempts: 2,
        first_attempt_at: at(0),
        delivered_at: at(0),
    };
    let body = Some(vec![255, 255].into());
    Taken { receipt, record: RecordKey([1; 16]), lane: Lane(9), body }
}

fn hex(value: &impl serde::Serialize) -> String {
    data_encoding::HEXLOWER.encode(&format::encode(value).unwrap())
}

#[test]
fn the_bytes_of_this_format_stay() {
    let time = "14323032332d31312d31345432323a31333a32305a";
    let (ones, twos) = ("01".repeat(16), "02".repeat(16));
    let says = format!("{twos}01{}01010101016b", "04".repeat(16));
    assert_eq!(
        hex(&head()),
        format!("0701630161 09{ones}01{says}0101016d03010101 6404").replace(' ', "")
    );
    assert_eq!(
        hex(&body()),
        format!("016e016901010176000000027b7d0101{time}010165025b5d0166{time}")
    );
    assert_eq!(hex(&Row::of(&head())), format!("0709{ones}030101016404 00").replace(' ', ""));
    let waiting = Head { standing: Standing::Collect, ..head() };
    assert_eq!(hex(&Row::of(&waiting)), format!("0709{ones}03 0001{says}").replace(' ', ""));
    assert_eq!(hex(&Standing::Again), "03");
    let clear = Clear { more: vec![5], lengths: vec![300], runs: vec![(1, 2)] };
    assert_eq!(hex(&clear), "010501ac02010102");
    assert_eq!(hex(&Progress::Done), "01");
    assert_eq!(hex(&Progress::FRESH), "00000000");
    let place = Place {
        cursor: Some("c".into()),
        past: vec![Mark { at: at(0), ehr_at: Some(at(1)), cursor: None }],
        notices: vec!["n".into()],
        listing: Listing { read: 1, ..Listing::default() },
    };
    let second = "14323032332d31312d31345432323a31333a32315a";
    let expected = format!("01016301{time}01{second}0001016e 00000100000000000000");
    assert_eq!(hex(&place), expected.replace(' ', ""));
    let record = RecordState::default().after(&head());
    assert_eq!(hex(&record), format!("01{twos}0107{says}01016d070900"));
    let task = TaskRecord { revision: 300, ..TaskRecord::default() };
    assert_eq!(hex(&task), "ac0200000000000000");
    let nanos = "8080d0e2c6bfce972f";
    let expected = format!(
        "016e01630161016404016 5{}{nanos}02{nanos}{nanos}{ones}090102ffff",
        "03".repeat(32)
    );
    assert_eq!(hex(&receipts::written(&taken())), expected.replace(' ', ""));
}
