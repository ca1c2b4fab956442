//! `rounds connector inspect`: what a connector's file is, and can do.

mod settings;

use std::{io, path::PathBuf};

use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        exit::Error,
        output::{Output, plain},
    },
    connector::{self, Action, Connector, Detection, Manifest, RecordTime, TimeForm, Tool},
    trust,
};

/// Says what a connector's .wasm file is, and can do.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector
    file: PathBuf,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// All that is known of a file.
#[derive(Serialize)]
struct Inspected<'c> {
    #[serde(flatten)]
    manifest: &'c Manifest,
    contract: String,
    session: bool,
    imports: &'c [String],
    made_with: Vec<Tool>,
    size: usize,
    sha256: &'c str,
    /// Who signed it, unverified; `rounds connector verify` verifies.
    signature: String,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let engine = super::engine()?;
    let (bytes, _) = connector::read(&arguments.file)?;
    let name = arguments.file.display().to_string();
    let connector = Connector::from_bytes(&engine, &name, bytes.clone()).await?;
    let inspected = Inspected {
        manifest: connector.manifest(),
        contract: connector.contract(),
        session: connector.has_session(),
        imports: connector.imports(),
        made_with: connector::made_with(&bytes),
        size: connector.size(),
        sha256: connector.digest(),
        signature: trust::file::describe(&arguments.file, connector.digest())?.to_string(),
    };
    let mut output = Output::open();
    match arguments.json {
        true => output.json(&inspected)?,
        false => show(&mut output, &inspected)?,
    }
    Ok(())
}

fn show(output: &mut Output, inspected: &Inspected<'_>) -> io::Result<()> {
    let Manifest { summary, actions, settings_schema, .. } = inspected.manifest;
    output.line(&plain(&format!("{}: {summary}", inspected.manifest.label())))?;
    output.line("")?;
    let actions = actions.iter().map(action_row).collect();
    output.table(&["action", "detection", "fastest", "time of change", "events"], actions)?;
    output.line("")?;
    let settings = settings::rows(settings_schema);
    if !settings.is_empty() {
        output.table(&settings::HEADS, settings)?;
        output.line("")?;
    }
    for (name, value) in facts(inspected) {
        output.line(&plain(&format!("{name:<9} {value}")))?;
    }
    Ok(())
}

fn facts(inspected: &Inspected<'_>) -> [(&'static str, String); 9] {
    let Manifest { auth, requests, reads_headers, .. } = inspected.manifest;
    let by_call = if inspected.session { ", by its own call" } else { "" };
    [
        ("contract", inspected.contract.clone()),
        ("sign-in", format!("{}{by_call}", listed(auth))),
        ("requests", listed(requests)),
        ("reads", reads(reads_headers)),
        ("imports", listed(inspected.imports)),
        ("made with", made_with(&inspected.made_with)),
        ("size", format!("{} KiB", inspected.size.div_ceil(1024))),
        ("sha256", inspected.sha256.to_owned()),
        ("signature", inspected.signature.clone()),
    ]
}

fn action_row(action: &Action) -> Vec<String> {
    let detection = match action.detection {
        Detection::Feed => "feed",
        Detection::ConsumingFeed => "consuming feed",
        Detection::Snapshot => "snapshot",
    };
    vec![
        action.name.clone(),
        detection.into(),
        format!("{} s", action.fastest),
        action.record_time.as_ref().map_or_else(|| "not said".into(), time),
        action.events.join(", "),
    ]
}

/// Languages first, then what processed it.
fn made_with(tools: &[Tool]) -> String {
    let shown = |tool: &Tool| format!("{} {}", tool.name, tool.version).trim_end().to_owned();
    let shown: Vec<_> = tools.iter().map(shown).collect();
    if shown.is_empty() { "not noted".into() } else { shown.join(", ") }
}

/// Where records say when they changed, as `meta.lastUpdated (RFC 3339)`.
fn time(time: &RecordTime) -> String {
    let form = match time.form {
        TimeForm::Rfc3339 => "RFC 3339",
        TimeForm::Date => "a date",
        TimeForm::EpochSeconds => "seconds since 1970",
        TimeForm::EpochMilliseconds => "milliseconds since 1970",
        TimeForm::Sequence => "a sequence",
    };
    let unique = if time.unique { ", unique" } else { "" };
    format!("{} ({form}{unique})", time.field)
}

/// The headers of answers that it reads beyond the usual.
fn reads(headers: &[String]) -> String {
    if headers.is_empty() { "no headers of its own".into() } else { headers.join(", ") }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
