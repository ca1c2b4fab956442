//! The vectors of the specification, and what its libraries agree to refuse.
#![allow(clippy::unwrap_used, reason = "tests")]

mod fuzz;

use super::*;

const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const AT: u64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn key(secret: &str) -> Key {
    Key::new(&BASE64_STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap())
}

fn first() -> Key {
    key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

fn second() -> Key {
    key("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
}

fn received<'a>(id: &'a str, timestamp: &'a str, signature: &'a str) -> Received<'a> {
    Received { id, timestamp, signature, body: BODY }
}

#[test]
fn signs_the_vectors_of_the_specification() {
    assert_eq!(sign(ID, AT, BODY, &[first()]), SIGNED);
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    assert_eq!(
        sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body, &[second()]),
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    );
}

#[test]
fn every_key_signs_and_any_of_them_verifies() {
    let header = sign(ID, AT, BODY, &[second(), first()]);
    assert_eq!(header.split(' ').count(), 2);
    assert!(header.ends_with(SIGNED));
    let at = AT.to_string();
    for keys in [vec![first()], vec![second()], vec![key("AAAA"), first()]] {
        assert_eq!(verify(received(ID, &at, &header), &keys, TOLERANCE, AT), Ok(()));
    }
    assert_eq!(sign(ID, AT, BODY, &[]), "");
}

#[test]
fn tells_why_a_message_is_refused() {
    let many =
        format!("{}{SIGNED}", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ".repeat(10_000));
    let beside = format!("v1a,AAAA v2,{} {SIGNED}", &SIGNED[3..]);
    let at = AT.to_string();
    let table = [
        (ID, at.as_str(), SIGNED, AT, Ok(())),
        (ID, &at, SIGNED, AT + 300, Ok(())),
        (ID, &at, SIGNED, AT - 300, Ok(())),
        (ID, &at, &beside, AT, Ok(())),
        (ID, &at, SIGNED, AT + 301, Err(Error::TooOld)),
        (ID, &at, SIGNED, AT - 301, Err(Error::TooNew)),
        ("", &at, SIGNED, AT, Err(Error::Id)),
        ("msg.1", &at, SIGNED, AT, Err(Error::Id)),
        ("msg_other", &at, SIGNED, AT, Err(Error::Mismatch)),
        (ID, "", SIGNED, AT, Err(Error::Timestamp)),
        (ID, "soon", SIGNED, AT, Err(Error::Timestamp)),
        (ID, "+1614265330", SIGNED, AT, Err(Error::Timestamp)),
        (ID, "99999999999999999999999", SIGNED, AT, Err(Error::Timestamp)),
        (ID, "1614265331", SIGNED, AT, Err(Error::Mismatch)),
        (ID, &at, "", AT, Err(Error::Mismatch)),
        (ID, &at, "v1,", AT, Err(Error::Mismatch)),
        (ID, &at, &SIGNED[..20], AT, Err(Error::Mismatch)),
        (ID, &at, &SIGNED[3..], AT, Err(Error::Mismatch)),
        (ID, &at, "v1,%%%", AT, Err(Error::Mismatch)),
        (ID, &at, &many, AT, Err(Error::Mismatch)),
    ];
    for (id, timestamp, signature, now, expected) in table {
        let verdict = verify(received(id, timestamp, signature), &[first()], TOLERANCE, now);
        let start: String = signature.chars().take(60).collect();
        assert_eq!(verdict, expected, "{id} {timestamp} {start} {now}");
    }
}

#[test]
fn any_bytes_can_be_signed_and_one_changed_byte_shows() {
    for body in [&b""[..], &[0xff, 0xfe, 0x00]] {
        let header = sign(ID, AT, body, &[first()]);
        let at = AT.to_string();
        let whole = Received { id: ID, timestamp: &at, signature: &header, body };
        assert_eq!(verify(whole, &[first()], TOLERANCE, AT), Ok(()));
        let changed = Received { body: b"x", ..whole };
        assert_eq!(verify(changed, &[first()], TOLERANCE, AT), Err(Error::Mismatch));
    }
}

#[test]
fn a_key_does_not_print() {
    assert_eq!(format!("{:?}", first()), "Key(…)");
}
