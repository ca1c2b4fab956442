//! `rounds connector inspect`: what a connector's file is, and can do.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::{
    cli::{
        exit::Error,
        output::{Output, plain},
    },
    config::Limits,
    connector::{Action, Connector, Detection, Engine, Manifest},
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
    size: usize,
    sha256: &'c str,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let engine = Engine::new(&Limits::default(), 1, None)?;
    let connector = Connector::load(&engine, &arguments.file).await?;
    let inspected = Inspected {
        manifest: connector.manifest(),
        contract: connector.contract(),
        session: connector.has_session(),
        imports: connector.imports(),
        size: connector.size(),
        sha256: connector.digest(),
    };
    let mut output = Output::open();
    match arguments.json {
        true => output.json(&inspected)?,
        false => show(&mut output, &inspected)?,
    }
    Ok(())
}

fn show(output: &mut Output, inspected: &Inspected<'_>) -> std::io::Result<()> {
    let Manifest { summary, actions, auth, requests, settings_schema, .. } = inspected.manifest;
    output.line(&plain(&format!("{}: {summary}", inspected.manifest.label())))?;
    output.line("")?;
    output.table(
        &["action", "detection", "fastest", "events"],
        actions.iter().map(action_row).collect(),
    )?;
    output.line("")?;
    let sign_in =
        if inspected.session { format!("{}, by its own call", listed(auth)) } else { listed(auth) };
    let facts = [
        ("contract", inspected.contract.clone()),
        ("settings", listed(&settings(settings_schema))),
        ("sign-in", sign_in),
        ("requests", listed(requests)),
        ("imports", listed(inspected.imports)),
        ("size", format!("{} KiB", inspected.size.div_ceil(1024))),
        ("sha256", inspected.sha256.to_owned()),
    ];
    for (name, value) in facts {
        output.line(&plain(&format!("{name:<9} {value}")))?;
    }
    Ok(())
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
        action.events.join(", "),
    ]
}

/// The keys of a settings' schema, those that must be there marked.
fn settings(schema: &Value) -> Vec<String> {
    let keys = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |key: &str| required.is_some_and(|names| names.iter().any(|name| name == key));
    let shown =
        |key: &String| if is_required(key) { format!("{key} (required)") } else { key.clone() };
    keys.map(|keys| keys.keys().map(shown).collect()).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_the_keys_of_the_schema() {
        let schema = json!({ "properties": { "site": {}, "zone": {} }, "required": ["site"] });
        assert_eq!(settings(&schema), ["site (required)", "zone"]);
        assert!(settings(&json!({})).is_empty());
        assert!(settings(&json!(true)).is_empty());
    }
}
