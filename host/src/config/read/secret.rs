//! Secrets: from the environment or a file, never from the text.

use super::value::Value;
use crate::config::{Secret, SigningSecret, environment::SmallFile};

/// How secrets are written.
const FORM: &str = "{ env = \"NAME\" } or { file = \"path\" }";

/// A secret that is not empty. A file's line ends are cut off, as editors add one.
pub(super) fn read(value: Value<'_>) -> Option<Secret> {
    if value.tree().is_str() {
        return value.bad(format!("a secret never stands in this text; write {FORM}"));
    }
    if !value.tree().is_table() {
        return value.bad(format!("a secret is written as {FORM}"));
    }
    let mut table = value.table("a secret")?;
    let from_variable = table.get("env", |name| Some(variable(&name)));
    let from_file = table.get("file", |path| Some(file(&path)));
    table.finish();
    match (from_variable, from_file) {
        (Some(secret), None) | (None, Some(secret)) => secret,
        (None, None) => value.bad(format!("a secret is written as {FORM}")),
        (Some(_), Some(_)) => value.bad("a secret has `env` or `file`, not both"),
    }
}

fn variable(name: &Value<'_>) -> Option<Secret> {
    let variable = name.clone().text()?;
    // Whoever wrote the secret itself here must not find it in a log.
    let is_name =
        variable.bytes().all(|byte| byte.is_ascii_uppercase() || b"_0123456789".contains(&byte));
    let shown = if is_name { format!("`{variable}`") } else { "of this name".to_owned() };
    match name.source.environment.variable(variable) {
        Some(secret) if secret.is_empty() => name.refuse(format!("the variable {shown} is empty")),
        Some(secret) => Some(Secret::new(secret)),
        None => name.refuse(format!("the environment has no variable {shown}")),
    }
}

fn file(path: &Value<'_>) -> Option<Secret> {
    let name = path.clone().text()?;
    let file = small_file(path, name)?;
    if file.world_readable {
        let message = format!("every user of this machine may read `{name}`; `chmod 600` it");
        path.source.warn(path.place(), message);
    }
    match file.text.trim_end_matches(['\r', '\n']) {
        "" => path.refuse(format!("the file `{name}` is empty")),
        secret => Some(Secret::new(secret)),
    }
}

pub(super) fn small_file(path: &Value<'_>, name: &str) -> Option<SmallFile> {
    match path.source.environment.file(&path.source.path(name)) {
        Ok(file) => Some(file),
        Err(error) => path.refuse(format!("cannot read `{name}`: {error}")),
    }
}

/// Certificates in PEM, from a file by its path.
pub(super) fn certificates(value: Value<'_>) -> Option<String> {
    let name = value.clone().text()?;
    let text = small_file(&value, name)?.text;
    if text.contains("-----BEGIN CERTIFICATE-----") {
        return Some(text);
    }
    value.refuse(format!("`{name}` holds no certificate in PEM"))
}

/// One signing secret, or while they are rotated up to three, the newest first.
pub(super) fn signing(value: Value<'_>) -> Option<Vec<SigningSecret>> {
    if !value.tree().is_array() {
        return signing_secret(value).map(|secret| vec![secret]);
    }
    let count = value.tree().as_array().map(|list| list.len()).unwrap_or_default();
    if !(1..=3).contains(&count) {
        return value.bad("one secret, or up to three while they are rotated");
    }
    value.list(signing_secret)
}

fn signing_secret(value: Value<'_>) -> Option<SigningSecret> {
    match SigningSecret::parse(&read(value.clone())?) {
        Ok(secret) => Some(secret),
        Err(error) => value.bad(error),
    }
}
