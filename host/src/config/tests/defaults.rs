//! What the reference calls a default is what counts where a key is absent.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use super::{accepted::LEAST, read};
use crate::config::{
    read::book,
    shape::{Found, Preset},
};

/// For each table with defaults a text that has one, and `%` where its keys are written.
fn text(table: &Found<'_>) -> String {
    let inserted =
        |before: &str, lines: &str| LEAST.replacen(before, &format!("{lines}\n{before}"), 1);
    let auth = "auth = { type = \"smart-backend-services\", client_id = \"r\", \
                token_url = \"https://ehr.example/token\", key = { file = \"rsa.pem\" }%, }";
    match (table.sheet.what, table.variant) {
        ("the host", _) => format!("[host]%\n{LEAST}"),
        ("the limits", _) => format!("[host.limits]%\n{LEAST}"),
        ("`admin`", _) => format!("[host.admin]%\n{LEAST}"),
        ("`trust`", _) => format!("[host.trust]%\n{LEAST}"),
        ("the seal", _) => format!("[host.seal]\nkey = {{ env = \"KEY\" }}%\n{LEAST}"),
        ("a folder of connectors", _) => {
            format!("[host]\nconnectors = [{{ folder = \"one\"%, }}]\n{LEAST}")
        }
        ("a registry", _) => format!("[[registry]]\nhost = \"r.example\"%\n{LEAST}"),
        ("a connection", _) => inserted("name", "%"),
        ("`auth`", Some("smart-backend-services")) => inserted("actions", auth),
        ("`auth`", Some("oauth2-client-credentials")) => inserted(
            "actions",
            "auth = { type = \"oauth2-client-credentials\", client_id = \"r\", \
             token_url = \"https://ehr.example/token\", client_secret = { env = \"KEY\" }%, }",
        ),
        ("`proxy`", _) => inserted("actions", "proxy = { url = \"http://proxy.example\"%, }"),
        ("an action", _) => LEAST.replace("\"1m\"", "\"1m\"%,"),
        ("a destination", _) => inserted("url = \"https", "%"),
        (other, variant) => format!("no text has {other} {variant:?}, which has defaults"),
    }
}

/// What was read, without where it was written.
fn shown(text: &str) -> String {
    let config = read(text).unwrap_or_else(|errors| unreachable!("{errors}\n{text}"));
    let shown = format!("{config:?}");
    let mut parts = shown.split("Place { line: ");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + part.split_once('}').unwrap().1)
}

#[test]
fn a_default_that_is_written_changes_nothing() {
    let book = book();
    let mut told = BTreeSet::new();
    for table in book.all() {
        let rows = table.sheet.rows.iter().filter_map(|row| match &row.preset {
            Preset::Value(value) => Some((row.key, format!("{} = {value}", row.key))),
            Preset::Needed | Preset::Nothing => None,
        });
        for (key, line) in rows {
            let text = text(&table);
            let separator = if text.contains("%,") { ", " } else { "\n" };
            let without = shown(&text.replace("%,", "").replace('%', ""));
            let with = shown(&text.replace("%,", "%").replace('%', &format!("{separator}{line}")));
            assert_eq!(with, without, "{line}");
            told.insert(format!("{} {key}", table.sheet.what));
        }
    }
    assert!(told.len() > 40, "{told:?}");
}

#[test]
fn every_key_says_what_it_is_for() {
    for table in book().all() {
        for row in &table.sheet.rows {
            assert!(row.meaning.ends_with('.'), "{} {}", table.sheet.what, row.key);
        }
    }
}
