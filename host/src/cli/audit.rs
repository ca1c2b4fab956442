//! `rounds audit`: who did what, and whether the log of it is what was written.

use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    arguments::{self, ConfigFile},
    exit::Error,
    output::Output,
};
use crate::{
    audit::{Audit, Entry, Finding, Verdict},
    clock::{Clock, System},
    config::Since,
};

/// Lists the audit log, or checks that nobody changed it.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Lists who did what, oldest first
    List(List),
    /// Checks every line; the exit code is 1 where the log is not what was written
    Verify(Verify),
}

/// What to list.
#[derive(Args)]
pub(super) struct List {
    /// From when on: a time, or a span before now, as 2h
    #[arg(long, value_name = "TIME", value_parser = arguments::since)]
    since: Option<Since>,
    #[command(flatten)]
    config: ConfigFile,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What to compare with.
#[derive(Args)]
pub(super) struct Verify {
    /// A head that an earlier check showed and somebody noted elsewhere
    #[arg(long, value_name = "NUMBER:SEAL")]
    head: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// JSON instead of lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Verify(arguments) => verify(arguments),
    }
}

fn log(config: &ConfigFile) -> Result<Audit, Error> {
    Ok(Audit::of(&config.of_the_host()?.host, Arc::new(System)))
}

fn list(List { since, config, json }: List) -> Result<(), Error> {
    let since = since.map(|since| since.resolve(System.now()));
    let mut entries = log(&config)?.entries()?;
    entries.retain(|entry| since.is_none_or(|since| entry.at >= since));
    let mut output = Output::open();
    match json {
        true => Ok(output.json(&entries)?),
        false => Ok(output.table(&HEADS, entries.iter().map(row).collect())?),
    }
}

fn verify(Verify { head, config, json }: Verify) -> Result<(), Error> {
    let mut verdict = log(&config)?.verify()?;
    if let Some(head) = &head {
        verdict.compare(head);
    }
    let mut output = Output::open();
    match json {
        true => output.json(&report(&verdict))?,
        false => show(&verdict, &mut output)?,
    }
    if verdict.is_whole() { Ok(()) } else { Err(Error::Told) }
}

fn report(verdict: &Verdict) -> serde_json::Value {
    let findings = verdict.findings.iter();
    let findings: Vec<_> = findings
        .map(|it| json!({ "file": it.file, "line": it.line, "error": it.to_string() }))
        .collect();
    json!({
        "whole": verdict.is_whole(), "lines": verdict.lines, "findings": findings,
        "notes": verdict.notes, "head": verdict.head(),
    })
}

fn show(verdict: &Verdict, output: &mut Output) -> std::io::Result<()> {
    for line in verdict.findings.iter().map(Finding::to_string) {
        output.line(&line)?;
    }
    for note in &verdict.notes {
        output.line(&format!("note: {note}"))?;
    }
    if verdict.is_whole() {
        output.line(&format!("nobody changed it: lines {}", verdict.lines))?;
    }
    match verdict.head() {
        Some(head) => output.line(&format!("head: {head}")),
        None => Ok(()),
    }
}

const HEADS: [&str; 9] =
    ["number", "at", "who", "role", "what", "of", "record", "count", "outcome"];

fn row(entry: &Entry) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    vec![
        entry.sequence.to_string(),
        format!("{:.0}", entry.at),
        entry.who.clone(),
        or_dash(&entry.role),
        entry.what.to_string(),
        or_dash(&entry.of),
        or_dash(&entry.record),
        or_dash(&entry.count.map(|count| count.to_string())),
        entry.outcome.to_string(),
    ]
}
