//! `rounds check`: all that can be known before anything starts.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    arguments::ConfigFile,
    exit::Error,
    logs,
    output::{Output, note},
};
use crate::{
    config::{self, Config, Connection, Draft, Errors, Task, Warning},
    connector::Connector,
    duration, host, oci,
    poll::LATE,
    schedule::cadence::{self, Cadence},
};

/// Checks a configuration and its connectors; starts nothing.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Serialize)]
struct Report {
    ok: bool,
    tasks: Vec<Row>,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

/// A task, as it would run.
#[derive(Serialize)]
struct Row {
    connection: String,
    action: String,
    connector: String,
    cadence: String,
    /// How late what the EHR shows may be.
    late: String,
    /// When its listing is read beside its feed.
    sweep: Option<String>,
    /// Whether what is there before the first poll is remembered, and told to nobody.
    baseline: bool,
    /// The next tick of its cadence; a task that is overdue at a start runs sooner.
    next: Option<Timestamp>,
    /// Who wants any of its events.
    destinations: Vec<String>,
}

/// An error or a warning.
#[derive(Serialize)]
struct Finding {
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
}

pub(super) async fn run(Arguments { config, json }: Arguments) -> Result<(), Error> {
    logs::of_a_command();
    let draft = config.draft();
    let report = match draft.errors.is_empty() {
        true => report(draft.config).await?,
        false => {
            let (errors, warnings) = faults(draft).await;
            Report::wrong(&errors, &warnings)
        }
    };
    let ok = report.ok;
    match json {
        true => Output::open().json(&report)?,
        false => show(&report)?,
    }
    if ok { Ok(()) } else { Err(Error::ToldWrong) }
}

/// All that is wrong with a text: its own faults, and what its connectors say of what could be read;
/// and what is to be warned of.
pub(super) async fn faults(draft: Draft) -> (Errors, Vec<Warning>) {
    let Draft { config, mut errors, connectors_are_known, .. } = draft;
    let names_any = config.connections.iter().any(|it| !it.connector.is_empty());
    if connectors_are_known
        && names_any
        && let Ok((library, _)) = host::library(&config).await
    {
        errors.append(crate::check::draft(&config, &library));
    }
    (errors.finish(()).err().unwrap_or_default(), config.warnings)
}

async fn report(config: Config) -> Result<Report, Error> {
    let (library, unusable) = match host::library(&config).await {
        Ok(found) => found,
        Err(host::Error::Registry(oci::Error::Unlocked(errors))) => {
            return Ok(Report::wrong(&errors, &config.warnings));
        }
        Err(error @ host::Error::Registry(_)) => return Err(error.into()),
        // Without a single connector there is nothing that one of them could judge.
        Err(error) => {
            let mut report = Report::wrong(&config::Errors::default(), &config.warnings);
            report.errors.push(Finding::nowhere(error.to_string()));
            return Ok(report);
        }
    };
    if let Err(errors) = crate::check::check(&config, &library).finish(()) {
        let mut report = Report::wrong(&errors, &config.warnings);
        report.errors.extend(unusable.into_iter().map(Finding::nowhere));
        return Ok(report);
    }
    let sealed = config.host.seal.warning().map(|warning| Finding::nowhere(warning.into()));
    let mut warnings: Vec<_> = config.warnings.iter().map(Finding::from).chain(sealed).collect();
    warnings.extend(unusable.into_iter().map(Finding::nowhere));
    warnings.extend(crate::check::unheard(&config, &library).iter().map(Finding::from));
    let now = Timestamp::now();
    let tasks: Vec<_> = tasks(&config)
        .filter_map(|(connection, task)| {
            Some(row(&config, connection, task, library.get(&connection.connector)?, now))
        })
        .collect();
    let unheard = tasks.iter().filter(|row| row.destinations.is_empty());
    warnings.extend(unheard.map(|row| {
        let task = self::tasks(&config).find(|(of, task)| {
            of.name.as_str() == row.connection && task.action.as_str() == row.action
        });
        Finding::from(&Warning {
            file: config.file.clone(),
            place: task.map(|(_, task)| task.place).unwrap_or_default(),
            message: format!("no destination wants any event of {}/{}", row.connection, row.action),
        })
    }));
    let errors = clients(&config);
    Ok(Report { ok: errors.is_empty(), tasks, errors, warnings })
}

/// What only making the HTTP clients finds, as a key that cannot sign.
fn clients(config: &Config) -> Vec<Finding> {
    host::clients(config).into_iter().map(|error| Finding::nowhere(error.to_string())).collect()
}

fn tasks(config: &Config) -> impl Iterator<Item = (&Connection, &Task)> {
    config.connections.iter().flat_map(|it| it.tasks.iter().map(move |task| (it, task)))
}

fn row(
    config: &Config,
    connection: &Connection,
    task: &Task,
    connector: &Connector,
    now: Timestamp,
) -> Row {
    let seed = cadence::seed(&connection.task_id(task));
    let action = connector.manifest().action(task.action.as_str());
    let events = action.map(|action| action.events.as_slice()).unwrap_or_default();
    let wants =
        |it: &&config::Destination| events.iter().any(|event| it.wants(&connection.name, event));
    Row {
        connection: connection.name.to_string(),
        action: task.action.to_string(),
        connector: connector.manifest().label(),
        cadence: task.cadence.to_string(),
        late: duration::Show(task.late).to_string(),
        sweep: task.sweep.as_ref().map(Cadence::to_string),
        baseline: task.baseline,
        next: task.enabled.then(|| task.cadence.next_after(now, seed)),
        destinations: config
            .destinations
            .iter()
            .filter(wants)
            .map(|it| it.name.to_string())
            .collect(),
    }
}

fn show(report: &Report) -> Result<(), Error> {
    for warning in &report.warnings {
        note(&format!("warning: {}", warning.text()));
    }
    for error in &report.errors {
        note(&error.text());
    }
    if report.ok {
        Output::open().table(&HEADS, report.tasks.iter().map(Row::cells).collect())?;
    }
    Ok(())
}

const HEADS: [&str; 7] =
    ["connection", "action", "connector", "cadence", "further", "next", "destinations"];

impl Row {
    fn cells(&self) -> Vec<String> {
        let next = self.next.map_or_else(|| "not enabled".into(), |next| format!("{next:.0}"));
        let late =
            (self.late != duration::Show(LATE).to_string()).then(|| format!("late {}", self.late));
        let baseline = self.baseline.then(|| "baseline first".into());
        let sweep = self.sweep.as_ref().map(|sweep| format!("sweep {sweep}"));
        let further: Vec<_> = [baseline, sweep, late].into_iter().flatten().collect();
        let destinations = match self.destinations.as_slice() {
            [] => "-".into(),
            names => names.join(", "),
        };
        vec![
            self.connection.clone(),
            self.action.clone(),
            self.connector.clone(),
            self.cadence.clone(),
            further.join(", "),
            next,
            destinations,
        ]
    }
}

impl Report {
    fn wrong(errors: &config::Errors, warnings: &[config::Warning]) -> Self {
        let errors = errors.iter().map(Finding::from).collect();
        Self {
            ok: false,
            tasks: Vec::new(),
            errors,
            warnings: warnings.iter().map(Finding::from).collect(),
        }
    }
}

impl Finding {
    fn nowhere(message: String) -> Self {
        Self { file: None, line: None, column: None, message }
    }

    /// As a compiler would say it.
    fn text(&self) -> String {
        let places = [
            self.file.clone(),
            self.line.map(|line| line.to_string()),
            self.column.map(|column| column.to_string()),
        ];
        let place: Vec<_> = places.into_iter().flatten().collect();
        if place.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", place.join(":"), self.message)
        }
    }
}

impl From<&config::Error> for Finding {
    fn from(error: &config::Error) -> Self {
        let place = Some(error.place).filter(|place| !place.is_nowhere());
        Self {
            file: Some(error.file.clone()).filter(|file| !file.is_empty()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message: error.message.clone(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::{Errors, Place};

    #[test]
    fn a_finding_is_told_as_the_configuration_tells_it() {
        let mut errors = Errors::new("rounds.toml");
        errors.at(Place { line: 3, column: 7 }, "no such action");
        errors.at(Place::default(), "no connection");
        for error in errors.iter() {
            assert_eq!(Finding::from(error).text(), error.to_string());
        }
    }

    #[test]
    fn a_row_says_who_wants_it_and_when() {
        let mut row = Row {
            connection: "general".into(),
            action: "orders".into(),
            connector: "fhir-r4@0.1.0".into(),
            cadence: "every 1m".into(),
            late: "10m".into(),
            sweep: None,
            baseline: false,
            next: None,
            destinations: Vec::new(),
        };
        assert_eq!(
            row.cells(),
            ["general", "orders", "fhir-r4@0.1.0", "every 1m", "", "not enabled", "-"]
        );
        (row.late, row.sweep, row.baseline) = ("1h".into(), Some("every 1d".into()), true);
        assert_eq!(row.cells()[4], "baseline first, sweep every 1d, late 1h");
        row.next = "2026-05-05T10:00:12.5Z".parse().ok();
        row.destinations = vec!["app".into(), "archive".into()];
        assert_eq!(row.cells().split_off(5), ["2026-05-05T10:00:12Z", "app, archive"]);
    }
}
