//! Records of the store as no store wrote them: each is refused or read, and then written as what
//! is read again the same.

use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::{
    fuzz::fuzz,
    store::{
        DeadLetter,
        sled::{
            format::{Body, Progress, RecordState, TaskRecord},
            front::{Clear, Row},
            receipts,
        },
    },
};

/// The first byte says as what the rest is read.
#[test]
fn fuzz_store_records() {
    fuzz("store-records", &["2023-11-14T22:13:20Z", "\u{1}", "\u{10}"], |input| {
        let Some((kind, rest)) = input.split_first() else { return "empty".into() };
        let read = match kind % 12 {
            0 => format::container(rest).is_ok(),
            1 => format::head(rest).is_ok_and(|(head, _)| stands(&head)),
            2 => decoded::<Body>(rest),
            3 => decoded::<Progress>(rest),
            4 => decoded::<RecordState>(rest),
            5 => decoded::<TaskRecord>(rest),
            6 => format::answer(rest).is_ok(),
            7 => postcard::take_from_bytes::<Row<'_>>(rest).is_ok_and(|(row, _)| stands(&row)),
            8 => decoded::<Clear>(rest),
            10 => receipts::count(rest) > 0,
            11 => receipts::read(rest).is_some_and(|taken| stands(&taken.receipt)),
            _ => format::decode_dead(rest).is_ok_and(|(letter, item)| {
                let _read = format::container(item);
                stands::<DeadLetter>(&letter)
            }),
        };
        format!("{} {read}", kind % 12)
    });
}

fn decoded<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
    format::decode::<T>(bytes).is_ok_and(|value| stands(&value))
}

/// What was read can be written, in no more bytes than an item may have.
fn stands<T: Serialize>(value: &T) -> bool {
    format::encode(value).is_ok()
}
