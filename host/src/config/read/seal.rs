//! `[host.seal]`.

use std::path::Path;

use super::value::Value;
use crate::{
    config::{KeySource, Seal, Secret, environment::SmallFile},
    store::seal::{OuterKey, is_private},
};

/// How the key is written.
const FORM: &str =
    "{ env = \"NAME\" }, { file = \"path\" } or { command = [\"program\", \"argument\"] }";

pub(super) fn read(value: Value<'_>) -> Option<Seal> {
    let mut table = value.table("the seal")?;
    let key = table.need("key", source);
    let old_keys = table.get("old_keys", |value| value.list(source)).unwrap_or_default();
    table.finish();
    Some(Seal { key: Some(key?), old_keys })
}

/// Where a key is. One of a command is read only when the store is opened.
fn source(value: Value<'_>) -> Option<KeySource> {
    if !value.tree().is_table() {
        return value.bad(format!("a key never stands in this text; write {FORM}"));
    }
    let mut table = value.table("a key")?;
    let found = [
        table.get("env", |name| Some(variable(name))),
        table.get("file", |path| Some(file(path))),
        table.get("command", |command| Some(self::command(command))),
    ];
    table.finish();
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(source), None) => source,
        _ => value.bad(format!("a key is written as {FORM}")),
    }
}

fn variable(name: Value<'_>) -> Option<KeySource> {
    let variable = name.clone().text()?;
    match name.source.environment.variable(variable) {
        Some(text) => judged(&name, text).map(|()| KeySource::Variable(variable.to_owned())),
        None => name.refuse("the environment has no variable of this name"),
    }
}

fn file(path: Value<'_>) -> Option<KeySource> {
    let file: SmallFile = super::secret::small_file(&path, path.clone().text()?)?;
    let at = path.clone().path()?;
    if file.world_readable || is_open(&at) {
        return path.refuse("others may read this file; `chmod 600` it");
    }
    judged(&path, file.text).map(|()| KeySource::File(at))
}

fn is_open(path: &Path) -> bool {
    path.exists() && !is_private(path)
}

fn command(value: Value<'_>) -> Option<KeySource> {
    let words = value.clone().list(Value::owned)?;
    if words.is_empty() {
        return value.bad("a command is a program and its arguments");
    }
    Some(KeySource::Command(words))
}

fn judged(value: &Value<'_>, text: String) -> Option<()> {
    match OuterKey::parse(&Secret::new(text)) {
        Ok(_) => Some(()),
        Err(error) => value.refuse(error.to_string()),
    }
}
