//! What the policy makes of good and bad signatures.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod fuzz;

use super::*;
use crate::config::{
    Trust,
    trust::{Signatures, TrustedKey},
};

fn facts() -> Facts {
    Facts {
        digest: "ab".repeat(32),
        name: "fhir-r4".into(),
        version: "0.1.0".into(),
        contract: "rounds:connector@0.1.0".into(),
        requests: vec!["GET /Patient/*".into()],
    }
}

fn key() -> PrivateKey {
    PrivateKey::generate().unwrap().0
}

fn trusted(name: &str, key: &PrivateKey) -> TrustedKey {
    TrustedKey { name: name.into(), key: key.public().clone() }
}

fn policy(signatures: Signatures, key: &PrivateKey) -> Policy {
    Policy::new(&Trust {
        signatures,
        keys: vec![trusted("acme", key)],
        allow_older: vec!["hello".into()],
    })
}

#[test]
fn each_fault_is_an_error_or_the_same_warning() {
    let (acme, stranger) = (key(), key());
    let good = sign(facts(), &acme, None).unwrap();
    let by_stranger = sign(facts(), &stranger, None).unwrap();
    let id = |key: &PrivateKey| key.public().id().to_string();
    let renamed = by_stranger.replace(&id(&stranger), &id(&acme));
    let other = |change: fn(&mut Facts)| {
        let mut facts = facts();
        change(&mut facts);
        sign(facts, &acme, None).unwrap()
    };
    let cases = [
        (None, "is not signed"),
        (Some(by_stranger), "which is not trusted"),
        (Some(renamed), "in the name of `acme` is not that key's"),
        (Some(good.replace("0.1.0\nco", "0.2.0\nco")), "in the name of `acme` is not that key's"),
        (Some(other(|it| it.digest = "cd".repeat(32))), "for another file: sha256 cdcd"),
        (
            Some(other(|it| it.name = "fhir-r5".into())),
            "signed was the name fhir-r5, and it says fhir-r4",
        ),
        (Some(other(|it| it.version = "0.2.0".into())), "signed was the version 0.2.0"),
        (
            Some(other(|it| it.requests.clear())),
            "signed was the list of requests [], and it says [GET /Patient/*]",
        ),
        (Some("hello".into()), "its signature file has no signature"),
    ];
    for (signature, expected) in cases {
        let signature = signature.as_ref().map(String::as_bytes);
        let refused = policy(Signatures::Require, &acme).judge(&facts(), signature).unwrap_err();
        assert!(refused.to_string().contains(expected), "{expected}: {refused}");
        let warned = policy(Signatures::Warn, &acme).judge(&facts(), signature);
        assert_eq!(warned, Ok(Verdict::Doubtful(refused)));
        let off = policy(Signatures::Off, &acme).judge(&facts(), signature);
        assert_eq!(off, Ok(Verdict::NotAsked));
    }
}

#[test]
fn a_trusted_key_is_enough() {
    let (old, new) = (key(), key());
    let by_old = sign(facts(), &old, None).unwrap();
    let by_both = sign(facts(), &new, Some(by_old.as_bytes())).unwrap();
    for key in [&old, &new] {
        let verdict = policy(Signatures::Require, key).judge(&facts(), Some(by_both.as_bytes()));
        assert_eq!(verdict, Ok(Verdict::Signed { by: "acme".into(), key: key.public().id() }));
    }
    assert_eq!(signers(&facts().digest, by_both.as_bytes()).unwrap().len(), 2);
    let newer = Facts { version: "0.2.0".into(), ..facts() };
    let anew = sign(newer, &new, Some(by_both.as_bytes())).unwrap();
    assert_eq!(signers(&facts().digest, anew.as_bytes()), Ok(vec![new.public().id()]));
}

#[test]
fn a_stranger_is_told_before_anything_is_compiled() {
    let policy = policy(Signatures::Require, &key());
    let by_stranger = sign(facts(), &key(), None).unwrap();
    let refused = policy.admit(&facts().digest, Some(by_stranger.as_bytes())).unwrap_err();
    assert!(matches!(refused, Error::UnknownKey(_)));
}

#[test]
fn older_versions_run_where_the_operator_says_so() {
    let policy = policy(Signatures::Off, &key());
    assert!(policy.may_follow("fhir-r4", "0.2.0", "0.1.0").is_err());
    assert_eq!(policy.may_follow("hello", "0.2.0", "0.1.0"), Ok(()));
}
