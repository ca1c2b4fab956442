//! Signature files and keys as nobody would write them. No mistake makes a signature good.

use super::*;
use crate::{fuzz::fuzz, trust::envelope::Envelope};

const WORDS: [&str; 12] = [
    "rounds-connector-signature-v1",
    "\n",
    "\n\n",
    "sha256: ",
    "name: ",
    "version: ",
    "contract: ",
    "request: ",
    "ed25519",
    ": ",
    "GET /**",
    "==",
];

#[test]
fn fuzz_signature_files() {
    let acme = key();
    let policy = policy(Signatures::Require, &acme);
    let good = sign(facts(), &acme, None).unwrap();
    fuzz("signature-files", &WORDS, |input| {
        // The kept ones are of a key that is gone, so the good one is put before half of them.
        let input = match input.split_first() {
            Some((b'+', rest)) => [good.as_bytes(), rest].concat(),
            _ => input.to_vec(),
        };
        if let Ok(read) = Envelope::parse(&input) {
            assert_eq!(Envelope::parse(read.text().as_bytes()).as_ref(), Ok(&read), "read twice");
        }
        match policy.judge(&facts(), Some(&input)) {
            Ok(_) => {
                let statement = good.split("\n\n").next().unwrap();
                let signed = String::from_utf8(input).unwrap().starts_with(statement);
                assert!(signed, "something else was taken for signed");
                "signed".into()
            }
            Err(error) => error.to_string().chars().take(40).collect(),
        }
    });
}

#[test]
fn fuzz_public_keys() {
    let words =
        ["-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "ed25519:", "\n", "MCow"];
    fuzz("public-keys", &words, |input| {
        let text = String::from_utf8_lossy(input);
        let read = [PublicKey::from_pem(&text).map(drop), text.parse::<PublicKey>().map(drop)];
        read.map(|read| read.err().map(|error| error.to_string()).unwrap_or_default()).concat()
    });
}
