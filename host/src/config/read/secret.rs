//! Secrets: from the environment or a file, never from the text.

use serde_json::json;

use super::{
    form::Form,
    kind::Kind,
    plain::{like, path},
    table::Table,
    value::Value,
};
use crate::config::{Secret, SigningSecret, environment::SmallFile};

/// How secrets are written.
const FORM: &str = "{ env = \"NAME\" } or { file = \"path\" }";

/// A secret, and the place of its file where it has one.
#[derive(Default)]
pub(super) struct Written {
    secret: Option<Secret>,
    file: Option<std::path::PathBuf>,
}

/// A secret that is not empty. A file's line ends are cut off, as editors add one.
pub(super) fn secret() -> Kind<Secret> {
    written().then(|_, written| written.secret)
}

/// The same, with the path of its file.
pub(super) fn with_file() -> Kind<(Secret, Option<std::path::PathBuf>)> {
    written().then(|_, written| Some((written.secret?, written.file)))
}

fn written() -> Kind<Written> {
    let form = Form::new(
"a secret","A password, token or key. It never stands in the text itself; exactly one of its keys says \
         where it is.",Written::default)
.may(
                "env",
                variable(),
                "The environment variable that holds it. It must be set and not empty.",
                |it| &mut it.secret,
            )
.given(
                "file",
                file(),
                "The file that holds it, seen from the folder of `rounds.toml`. Line ends at its end \
                 are cut off. A warning tells where every user of the machine may read it.",
                |it, (secret, path)| {
                    (it.secret, it.file) = (Some(secret), Some(path));
                },
            );
    let form = form.one_of(&["env", "file"], |table, is_both| {
        table.bad::<()>(if is_both {
            "a secret has `env` or `file`, not both".to_owned()
        } else {
            format!("a secret is written as {FORM}")
        });
    });
    // Of two, neither is the one that was meant.
    let is_one = |table: &Table<'_>| !(table.has("env") && table.has("file"));
    let Kind { shape, read, .. } = form.finish(move |table, it| is_one(table).then_some(it));
    let read = move |value: Value<'_>| match value.tree() {
        tree if tree.is_str() => {
            value.bad(format!("a secret never stands in this text; write {FORM}"))
        }
        tree if !tree.is_table() => value.bad(format!("a secret is written as {FORM}")),
        _ => read(value),
    };
    Kind::new(shape, read)
}

fn variable() -> Kind<Secret> {
    like("variable", "\"NAME\"", "^[^=]+$").then(|name, variable| {
        // Whoever wrote the secret itself here must not find it in a log.
        let is_name = variable
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || b"_0123456789".contains(&byte));
        let shown = if is_name { format!("`{variable}`") } else { "of this name".to_owned() };
        match name.source.environment.variable(&variable) {
            Some(secret) if secret.is_empty() => {
                name.refuse(format!("the variable {shown} is empty"))
            }
            Some(secret) => Some(Secret::new(secret)),
            None => name.refuse(format!("the environment has no variable {shown}")),
        }
    })
}

fn file() -> Kind<(Secret, std::path::PathBuf)> {
    path("\"path\"").then(|value, path| {
        let name = value.clone().text()?;
        let file = small_file(value, name)?;
        if file.world_readable {
            let message = format!("every user of this machine may read `{name}`; `chmod 600` it");
            value.source.warn(value.place(), message);
        }
        match file.text.trim_end_matches(['\r', '\n']) {
            "" => value.refuse(format!("the file `{name}` is empty")),
            secret => Some((Secret::new(secret), path)),
        }
    })
}

pub(super) fn small_file(path: &Value<'_>, name: &str) -> Option<SmallFile> {
    match path.source.environment.file(&path.source.path(name)) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => path.refuse(format!(
            "`{name}` is no text; of certificates and keys in DER or PKCS#12 `openssl x509`, `openssl \
             pkey` and `openssl pkcs12 -nodes` make PEM"
        )),
        Err(error) => path.refuse(format!("cannot read `{name}`: {error}")),
    }
}

/// Certificates in PEM, from a file by its path.
pub(super) fn certificates() -> Kind<String> {
    let schema = json!({ "type": "string", "minLength": 1 });
    Kind::plain("path of certificates in PEM", "\"ca.pem\"", schema, |value| {
        let name = value.clone().text()?;
        let text = small_file(&value, name)?.text;
        if text.contains("-----BEGIN CERTIFICATE-----") {
            return Some(text);
        }
        value.refuse(format!("`{name}` holds no certificate in PEM"))
    })
}

/// One signing secret, or while they are rotated up to three, the newest first.
pub(super) fn signing() -> Kind<Vec<SigningSecret>> {
    let several = signing_secret().list().count(1, Some(3));
    let Kind { shape, read, .. } = several;
    let several = Kind::new(shape, move |value| {
        let count = value.tree().as_array().map(|list| list.len()).unwrap_or_default();
        if !(1..=3).contains(&count) {
            return value.bad("one secret, or up to three while they are rotated");
        }
        read(value)
    });
    signing_secret().then(|_, secret| Some(vec![secret])).or_list(several)
}

fn signing_secret() -> Kind<SigningSecret> {
    secret().then(|value, secret| match SigningSecret::parse(&secret) {
        Ok(secret) => Some(secret),
        Err(error) => value.bad(error),
    })
}
