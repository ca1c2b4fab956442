//! `[host.seal]`.

use std::path::Path;

use super::{
    form::Form,
    kind::Kind,
    plain::{like, path, text},
    secret,
    value::Value,
};
use crate::{
    config::{KeySource, Seal, Secret},
    store::seal::{OuterKey, is_private},
};

/// How the key is written.
const FORM: &str =
    "{ env = \"NAME\" }, { file = \"path\" } or { command = [\"program\", \"argument\"] }";

pub(super) fn seal() -> Kind<Seal> {
    let form = Form::new(
"the seal","The outer key: it wraps the keys of connections, with which the store seals patients' data.",Seal::default)
.need("key", source(), "Where the key is.", |it| &mut it.key)
.set(
                "old_keys",
                source().list(),
                "What it was before, until every key is wrapped anew (`rounds keys verify`).",
                |it| &mut it.old_keys,
            );
    form.finish(|_, seal| seal.key.is_some().then_some(seal))
}

/// Where a key is. One of a command is read only when the store is opened.
fn source() -> Kind<KeySource> {
    let form = Form::new(
        "a key",
        "Where a key of 32 bytes in base64 or hex is (`openssl rand -base64 32`); exactly one of \
         these.",
        Option::<KeySource>::default,
    )
    .may("env", variable(), "The environment variable that holds it.", |it| it)
    .may(
        "file",
        file(),
        "The file that holds it, seen from the folder of `rounds.toml`. Nobody but the host's \
                 user may read it.",
        |it| it,
    )
    .may(
        "command",
        command(),
        "The program that prints it, and its arguments; run when the store is opened.",
        |it| it,
    );
    let form = form.one_of(&["env", "file", "command"], |table, _| {
        table.bad::<()>(format!("a key is written as {FORM}"));
    });
    let Kind { shape, read, .. } = form.finish(|_, source| source);
    Kind::new(shape, move |value| match value.tree().is_table() {
        true => read(value),
        false => value.bad(format!("a key never stands in this text; write {FORM}")),
    })
}

fn variable() -> Kind<KeySource> {
    like("variable", "\"NAME\"", "^[^=]+$").then(|name, variable| {
        match name.source.environment.variable(&variable) {
            Some(text) => judged(name, text).map(|()| KeySource::Variable(variable)),
            None => name.refuse("the environment has no variable of this name"),
        }
    })
}

fn file() -> Kind<KeySource> {
    path("\"path\"").then(|value, path| {
        let file = secret::small_file(value, value.clone().text()?)?;
        if file.world_readable || is_open(&path) {
            return value.refuse("others may read this file; `chmod 600` it");
        }
        judged(value, file.text).map(|()| KeySource::File(path))
    })
}

fn is_open(path: &Path) -> bool {
    path.exists() && !is_private(path)
}

fn command() -> Kind<KeySource> {
    text().list().count(1, None).then(|value, words| match words.is_empty() {
        true => value.bad("a command is a program and its arguments"),
        false => Some(KeySource::Command(words)),
    })
}

fn judged(value: &Value<'_>, text: String) -> Option<()> {
    match OuterKey::parse(&Secret::new(text)) {
        Ok(_) => Some(()),
        Err(error) => value.refuse(error.to_string()),
    }
}
