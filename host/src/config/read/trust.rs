//! `[host.trust]`.

use std::collections::BTreeSet;

use super::{secret, table::hint, value::Value};
use crate::{
    config::{
        Trust,
        trust::{Signatures, TrustedKey},
    },
    trust::key::PublicKey,
};

const SIGNATURES: [(&str, Signatures); 3] =
    [("require", Signatures::Require), ("warn", Signatures::Warn), ("off", Signatures::Off)];

pub(super) fn read(value: Value<'_>) -> Option<Trust> {
    let mut table = value.table("`trust`")?;
    let mut trust = Trust::default();
    table.set("signatures", &mut trust.signatures, signatures);
    table.set("keys", &mut trust.keys, keys);
    table.set("allow_older", &mut trust.allow_older, |value| value.list(Value::owned));
    let no_key = trust.signatures != Signatures::Off && !table.has("keys");
    table.finish();
    if no_key {
        return value.bad("signatures are asked for, and no key is trusted; add `keys`");
    }
    Some(trust)
}

fn signatures(value: Value<'_>) -> Option<Signatures> {
    let written = value.clone().text()?;
    let known = SIGNATURES.map(|(name, _)| name);
    match SIGNATURES.iter().find(|(name, _)| *name == written) {
        Some((_, signatures)) => Some(*signatures),
        None => value.bad(format!("unknown `{written}`; {}", hint(written, &known))),
    }
}

fn keys(value: Value<'_>) -> Option<Vec<TrustedKey>> {
    let keys = value.clone().tables(key)?;
    let names: BTreeSet<_> = keys.iter().map(|key| &key.name).collect();
    if names.len() < keys.len() {
        return value.bad("two keys have the same name");
    }
    Some(keys)
}

/// A name, and the key itself as text or in a file.
fn key(value: Value<'_>) -> Option<TrustedKey> {
    let mut table = value.table("a trusted key")?;
    let name = table.need("name", Value::owned);
    let written = table.get("key", |value| Some(value.parsed::<PublicKey>()));
    let in_file = table.get("file", |value| Some(from_file(&value)));
    table.finish();
    let key = match (written, in_file) {
        (Some(key), None) | (None, Some(key)) => key,
        (None, None) => value.bad("a trusted key has `key` or `file`"),
        (Some(_), Some(_)) => value.bad("a trusted key has `key` or `file`, not both"),
    };
    Some(TrustedKey { name: name?, key: key? })
}

fn from_file(path: &Value<'_>) -> Option<PublicKey> {
    let name = path.clone().text()?;
    match PublicKey::from_pem(&secret::small_file(path, name)?.text) {
        Ok(key) => Some(key),
        Err(error) => path.refuse(format!("`{name}`: {error}")),
    }
}
