//! `[host.trust]`.

use std::collections::BTreeSet;

use super::{
    form::Form,
    kind::Kind,
    plain::{choice, path, quoted, text},
    secret,
};
use crate::{
    config::{
        Trust,
        trust::{Signatures, TrustedKey},
    },
    trust::key::PublicKey,
};

const SIGNATURES: [(&str, Signatures); 3] =
    [("require", Signatures::Require), ("warn", Signatures::Warn), ("off", Signatures::Off)];

pub(super) fn trust() -> Kind<Trust> {
    let form = Form::new("`trust`", "Whose connectors may run.", Trust::default)
        .set(
            "signatures",
            signatures(),
            "What becomes of a connector that no trusted key has signed: `require` does not load \
                 it, `warn` loads it and says so, `off` does not look.",
            |it| &mut it.signatures,
        )
        .may(
            "keys",
            keys(),
            "Whose signatures count; any of them is enough. There has to be one where signatures \
                 are asked for.",
            |it| &mut it.keys,
        )
        .set(
            "allow_older",
            text().list(),
            "Names of connectors that may go back to an older version.",
            |it| &mut it.allow_older,
        );
    form.finish(|table, trust| match trust.signatures {
        Signatures::Require | Signatures::Warn if !table.has("keys") => {
            table.bad("signatures are asked for, and no key is trusted; add `keys`")
        }
        _ => Some(trust),
    })
}

fn signatures() -> Kind<Signatures> {
    choice("unknown", SIGNATURES).shown(|signatures| {
        let name = SIGNATURES.iter().find(|(_, it)| it == signatures);
        name.map(|(name, _)| quoted(name))
    })
}

fn keys() -> Kind<Vec<TrustedKey>> {
    key().tables().then(|value, keys| {
        let names: BTreeSet<_> = keys.iter().map(|key| &key.name).collect();
        match names.len() < keys.len() {
            true => value.bad("two keys have the same name"),
            false => Some(keys),
        }
    })
}

/// A name, and the key itself as text or in a file.
fn key() -> Kind<TrustedKey> {
    let form = Form::new(
        "a trusted key",
        "A public key of Ed25519, as text or in a file.",
        <(Option<String>, Option<PublicKey>)>::default,
    )
    .need("name", text(), "What messages call it; unique.", |it| &mut it.0)
    .may(
        "key",
        written(),
        "The key itself, as `rounds connector keygen` prints it. Either this or `file`.",
        |it| &mut it.1,
    )
    .may("file", in_file(), "The file of the public key in PEM.", |it| &mut it.1);
    let form = form.one_of(&["key", "file"], |table, is_both| {
        table.bad::<()>(match is_both {
            true => "a trusted key has `key` or `file`, not both",
            false => "a trusted key has `key` or `file`",
        });
    });
    form.finish(|_, (name, key)| Some(TrustedKey { name: name?, key: key? }))
}

fn written() -> Kind<PublicKey> {
    let schema = serde_json::json!({ "type": "string", "pattern": "^ed25519:[A-Za-z0-9+/]+=*$" });
    Kind::plain("public key", "\"ed25519:…\"", schema, |it| it.parsed())
}

fn in_file() -> Kind<PublicKey> {
    path("\"acme.pub\"").then(|value, _| {
        let name = value.clone().text()?;
        match PublicKey::from_pem(&secret::small_file(value, name)?.text) {
            Ok(key) => Some(key),
            Err(error) => value.refuse(format!("`{name}`: {error}")),
        }
    })
}
