//! `rounds connector test`: a connector against its recorded exchanges, and against adversity.

mod places;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        exit::Error,
        output::{Output, note, plain},
    },
    connector::Connector,
    connector_test::{
        adversity,
        scenario::{self, Difference, Found, Scenario},
    },
};

const HOW_TO_MAKE_ONE: &str = "\
no recorded exchanges: make some from a live EHR with
  rounds poll CONNECTION ACTION --record exchanges
or write one by hand; sdk/EXCHANGES.md says how";

/// Tests a connector: against recorded exchanges, and against what any EHR may do.
///
/// A scenario is a file with the EHR's answers, the requests that are expected, and the
/// notifications that must come of it. All of it runs in the host's sandbox by the host's rules,
/// without a network.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The connector's .wasm file, or the folder of its project, which is built first
    connector: PathBuf,
    /// Where the recorded exchanges are [default: exchanges/ beside the file or in its project]
    #[arg(long, value_name = "DIR")]
    exchanges: Option<PathBuf>,
    /// Rewrites what scenarios expect, so that they pass, and shows what was different
    #[arg(long)]
    update: bool,
    /// Runs only scenarios with this in their name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Leaves out what any EHR may do
    #[arg(long)]
    no_adversity: bool,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// How it went.
#[derive(Serialize)]
struct Report {
    ok: bool,
    connector: String,
    /// Where the scenarios are.
    exchanges: Option<PathBuf>,
    scenarios: Vec<Tested>,
    /// What was found by what any EHR may do; `None` where that was left out.
    adversity: Option<adversity::Report>,
}

/// How one scenario went.
#[derive(Serialize)]
struct Tested {
    name: String,
    file: PathBuf,
    about: String,
    ok: bool,
    /// Whether the file was rewritten.
    updated: bool,
    polls: usize,
    requests: usize,
    notifications: usize,
    differences: Vec<Difference>,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let file = places::file(&arguments.connector).await?;
    let engine = super::engine()?;
    let connector = Connector::load(&engine, &file).await?;
    let found =
        scenario::find(&places::folders(&arguments.connector, arguments.exchanges.as_deref()))?;
    if found.scenarios.is_empty() && !arguments.json {
        let looked: Vec<_> = found.looked.iter().map(|it| it.display().to_string()).collect();
        note(&format!("{HOW_TO_MAKE_ONE} (looked in {})", looked.join(" and ")));
    }
    let mut output = Output::open();
    let mut report = Report {
        ok: true,
        connector: connector.manifest().label(),
        exchanges: found.folder.clone(),
        scenarios: Vec::new(),
        adversity: None,
    };
    let mut replayed = Vec::new();
    for scenario in chosen(&found, &arguments)? {
        let (tested, scenario) = test(scenario, &connector, arguments.update).await?;
        if !arguments.json {
            tell(&mut output, &tested)?;
        }
        report.ok &= tested.ok;
        report.scenarios.push(tested);
        replayed.push(scenario);
    }
    if !arguments.no_adversity {
        report.adversity = adversity(&connector, &replayed, report.ok).await;
        report.ok &= report.adversity.as_ref().is_none_or(adversity::Report::passed);
    }
    match &report.adversity {
        _ if arguments.json => output.json(&report)?,
        Some(found) => found.to_string().lines().try_for_each(|it| output.line(&plain(it)))?,
        None => {}
    }
    if report.ok { Ok(()) } else { Err(Error::Told) }
}

/// What any EHR may do, tried with scenarios that pass: others lead to calls that mean nothing.
async fn adversity(
    connector: &Connector,
    scenarios: &[Scenario],
    all_pass: bool,
) -> Option<adversity::Report> {
    if all_pass {
        return Some(adversity::run(connector, scenarios).await);
    }
    note("adversity is tried once the recorded exchanges pass");
    None
}

/// Whether a component passes the recorded exchanges of its project; tells what does not.
pub(super) async fn passes(component: &Path, project: &Path) -> bool {
    match failures(component, project).await {
        Ok(failures) => {
            failures.iter().for_each(|failure| note(&plain(failure)));
            failures.is_empty()
        }
        Err(error) => {
            note(&plain(&error.to_string()));
            false
        }
    }
}

async fn failures(component: &Path, project: &Path) -> anyhow::Result<Vec<String>> {
    let engine = super::engine()?;
    let connector = Connector::load(&engine, component).await?;
    let mut failures = Vec::new();
    for scenario in scenario::find(&places::folders(project, None))?.scenarios {
        let differences = scenario.run(&connector).await.differences;
        let lines = differences.iter().map(|it| it.to_string().replace('\n', " "));
        failures.extend(lines.map(|line| format!("{}: {line}", scenario.name())));
    }
    Ok(failures)
}

fn chosen<'f>(found: &'f Found, arguments: &Arguments) -> Result<Vec<&'f Scenario>, Error> {
    if let (None, Some(folder)) = (&found.folder, &arguments.exchanges) {
        return Err(Error::Wrong(format!("{} is no folder", folder.display())));
    }
    let Some(part) = &arguments.only else { return Ok(found.scenarios.iter().collect()) };
    let chosen: Vec<_> = found.scenarios.iter().filter(|it| it.name().contains(part)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = found.scenarios.iter().map(Scenario::name).collect();
        let names = names.join(", ");
        return Err(Error::Wrong(format!(
            "no scenario has `{part}` in its name; there are: {names}"
        )));
    }
    Ok(chosen)
}

/// Runs a scenario, and answers it as it is afterwards.
async fn test(
    scenario: &Scenario,
    connector: &Connector,
    update: bool,
) -> Result<(Tested, Scenario), Error> {
    let mut outcome = match update {
        true => scenario.update(connector).await,
        false => scenario.run(connector).await,
    };
    let differs = !outcome.differences.is_empty();
    let (mut ok, mut updated) = (!differs, false);
    if update && differs {
        let again = outcome.updated.run(connector).await;
        updated = outcome.updated.text() != scenario.text();
        ok = again.differences.is_empty();
        if updated {
            outcome.updated.write(&scenario.file).map_err(|error| {
                anyhow!("{} cannot be written: {error}", scenario.file.display())
            })?;
        }
        if !ok {
            // The file is rewritten as far as that goes: what is left is what to look at.
            outcome.differences = again.differences;
        }
    }
    let tested = Tested {
        name: scenario.name(),
        file: scenario.file.clone(),
        about: scenario.about.clone(),
        ok,
        updated,
        polls: scenario.polls.len(),
        requests: outcome.requests,
        notifications: outcome.notifications,
        differences: outcome.differences,
    };
    Ok((tested, if updated { outcome.updated } else { scenario.clone() }))
}

fn tell(output: &mut Output, tested: &Tested) -> std::io::Result<()> {
    let Tested { name, about, polls, requests, notifications, .. } = tested;
    let mark = match (tested.ok, tested.updated) {
        (true, false) => "ok     ",
        (true, true) => "updated",
        (false, _) => "FAILED ",
    };
    let counts = [(*polls, "poll"), (*requests, "request"), (*notifications, "notification")];
    let counts = counts.map(|(count, what)| counted(count, what)).join(", ");
    let about = if about.is_empty() { String::new() } else { format!(": {about}") };
    output.line(&plain(&format!("{mark} {name}{about} ({counts})")))?;
    for difference in &tested.differences {
        for line in difference.to_string().lines() {
            output.line(&plain(&format!("          {line}")))?;
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
