//! `rounds status`: how a running host is doing.

mod listings;

use clap::Args;
use jiff::{Timestamp, Unit};

use super::{
    arguments::Which,
    exit::Error,
    output::{Output, plain},
};
use crate::status::{Connector, Destination, Report, Shadow, Task, Uncollected};

/// Says how a running host is doing.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Which { config, at } = &arguments.which;
    let client = match at.named()? {
        Some(client) => client,
        None => at.client(&config.to_ask()?)?,
    };
    let report = client.status().await?;
    let mut output = Output::open();
    match arguments.json {
        true => Ok(output.json(&report)?),
        false => Ok(show(&mut output, &report, Timestamp::now())?),
    }
}

fn show(output: &mut Output, report: &Report, now: Timestamp) -> std::io::Result<()> {
    output.table(
        &CONNECTOR_HEADS,
        report.connectors.iter().map(|(name, it)| connector_row(name, it, now)).collect(),
    )?;
    if !report.connectors.is_empty() {
        output.line("")?;
    }
    shadows(output, report)?;
    output.table(
        &TASK_HEADS,
        report.tasks.iter().map(|(name, task)| task_row(name, task, now)).collect(),
    )?;
    further(output, &listings::ODD_HEADS, listings::odd_rows(report))?;
    further(output, &listings::HEADS, listings::rows(report, now))?;
    if !report.destinations.is_empty() {
        output.line("")?;
    }
    output.table(
        &DESTINATION_HEADS,
        report.destinations.iter().map(|(name, it)| destination_row(name, it, now)).collect(),
    )?;
    if !report.destinations.is_empty() {
        output.line("delivered, failed and dead: since the host started")?;
    }
    for line in troubles(report) {
        output.line(&plain(&line))?;
    }
    if report.dead_letters > 0 {
        let count = report.dead_letters;
        output.line("")?;
        output.line(&format!("dead letters: {count} wait for a person; see `rounds dead list`"))?;
    }
    Ok(())
}

/// A table below others, after an empty line.
fn further(output: &mut Output, heads: &[&str], rows: Vec<Vec<String>>) -> std::io::Result<()> {
    if !rows.is_empty() {
        output.line("")?;
    }
    output.table(heads, rows)
}

/// What may follow connectors in service, and some of what each does otherwise.
fn shadows(output: &mut Output, report: &Report) -> std::io::Result<()> {
    let shadows =
        report.connectors.iter().filter_map(|(name, it)| Some((name, it.shadow.as_ref()?)));
    let shadows: Vec<_> = shadows.collect();
    if shadows.is_empty() {
        return Ok(());
    }
    output.table(&SHADOW_HEADS, shadows.iter().map(|(name, it)| shadow_row(name, it)).collect())?;
    for (name, it) in shadows {
        for example in &it.examples {
            output.line(&plain(&format!("{name} {}: {example}", it.version)))?;
        }
    }
    output.line("")
}

const CONNECTOR_HEADS: [&str; 5] = ["connector", "version", "file", "in service", "digest"];
const SHADOW_HEADS: [&str; 8] =
    ["candidate", "version", "file", "compared", "same", "different", "failed", "not compared"];
/// How much of a digest tells one from another.
const DIGEST: usize = 12;
const TASK_HEADS: [&str; 8] =
    ["task", "connector", "cadence", "last poll", "next poll", "polls", "changes", "last change"];
const DESTINATION_HEADS: [&str; 6] =
    ["destination", "waiting", "delivered", "failed", "dead", "state"];

fn connector_row(name: &str, it: &Connector, now: Timestamp) -> Vec<String> {
    let since = it.since.map(|since| span(since, now)).unwrap_or_default();
    let since = match &it.on_trial_against {
        Some(version) => format!("{since}, on trial against {version}"),
        None => since,
    };
    let digest = it.digest.chars().take(DIGEST).collect();
    vec![name.into(), it.version.clone(), it.file.clone(), since, digest]
}

fn shadow_row(name: &str, it: &Shadow) -> Vec<String> {
    let names = [name, &it.version, &it.file].map(String::from);
    let counts = [it.compared, it.same, it.different, it.failed, it.not_compared];
    names.into_iter().chain(counts.map(|count| count.to_string())).collect()
}

fn task_row(name: &str, task: &Task, now: Timestamp) -> Vec<String> {
    let next = match (task.stopped, task.next_at) {
        (true, _) => "stopped".into(),
        (false, Some(at)) if task.goes_on => format!("goes on {}", until(now, at)),
        (false, Some(at)) => until(now, at),
        (false, None) => "polling".into(),
    };
    let ago = |at| since(at, now);
    let last = task.polled_at.map_or_else(|| "never".into(), ago);
    vec![
        name.into(),
        task.connector.clone(),
        task.cadence.clone(),
        last,
        next,
        task.polls.to_string(),
        task.changes.to_string(),
        task.changed_at.map(ago).unwrap_or_default(),
    ]
}

fn destination_row(name: &str, it: &Destination, now: Timestamp) -> Vec<String> {
    let state = match (it.disabled, it.paused_until) {
        (true, _) => "disabled".into(),
        (false, Some(at)) if at > now => format!("paused, again {}", until(now, at)),
        (false, _) if it.error.is_some() => "failing".into(),
        (false, _) => "well".into(),
    };
    let numbers =
        [it.waiting as u64, it.delivered, it.failed, it.dead].map(|number| number.to_string());
    [name.into()].into_iter().chain(numbers).chain([state]).collect()
}

/// What is not well, a line each, after an empty one.
fn troubles(report: &Report) -> Vec<String> {
    let tasks = report.tasks.iter().filter_map(|(name, task)| Some((name, task.error.as_ref()?)));
    let destinations =
        report.destinations.iter().filter_map(|(name, it)| Some((name, it.error.as_ref()?)));
    let notices =
        report.tasks.iter().filter_map(|(name, task)| Some((name, task.notice.as_ref()?)));
    let told = report.tasks.iter().flat_map(|(name, task)| {
        task.notices.iter().map(move |notice| format!("{name}: {notice}"))
    });
    let uncollected = report.tasks.iter().filter_map(|(name, task)| {
        let Uncollected { containers, since, error } = task.uncollected.as_ref()?;
        Some(format!("{name}: {containers} found and not collected yet, since {since:.0}: {error}"))
    });
    let store = report.store.iter().map(|error| format!("store: {error}"));
    let refused = report.refused.iter();
    let refused = refused.map(|(file, error)| format!("{file}: not in service: {error}"));
    let held = report.connectors.iter().filter(|(_, it)| !report.refused.contains_key(&it.file));
    let held = held.filter_map(|(name, it)| Some(format!("{name}: {}", it.error.as_ref()?)));
    let lines = tasks
        .chain(notices)
        .chain(destinations)
        .map(|(name, error)| format!("{name}: {error}"))
        .chain(told)
        .chain(listings::troubles(report))
        .chain(store);
    let lines = uncollected.chain(lines).chain(refused).chain(held);
    let mut lines: Vec<_> = lines.collect();
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    lines
}

fn until(now: Timestamp, at: Timestamp) -> String {
    if at <= now { "now".into() } else { format!("in {}", span(now, at)) }
}

fn since(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", span(at, now))
}

/// A span in whole seconds, as `1h 2m 3s`.
fn span(from: Timestamp, to: Timestamp) -> String {
    let span = to.since((Unit::Hour, from)).and_then(|span| span.round(Unit::Second));
    span.map(|span| format!("{span:#}")).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::poll::Summary;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_task_is_polled_waits_or_is_stopped() {
        let now = at("2026-05-05T10:00:00Z");
        let base = Task {
            polled_at: Some(at("2026-05-05T09:58:57.6Z")),
            polls: 3,
            changes: 7,
            ..Task::default()
        };
        for (task, last, next) in [
            (Task::default(), "never", "polling"),
            (base.clone(), "1m 2s ago", "polling"),
            (
                Task { next_at: Some(at("2026-05-05T10:00:30Z")), ..base.clone() },
                "1m 2s ago",
                "in 30s",
            ),
            (Task { next_at: Some(now), ..base.clone() }, "1m 2s ago", "now"),
            (
                Task { next_at: Some(at("2026-05-05T10:00:30Z")), goes_on: true, ..base.clone() },
                "1m 2s ago",
                "goes on in 30s",
            ),
            (Task { stopped: true, ..base.clone() }, "1m 2s ago", "stopped"),
        ] {
            let row = task_row("general/appointments", &task, now);
            assert_eq!((row.get(3).unwrap().as_str(), row.get(4).unwrap().as_str()), (last, next));
        }
    }

    #[test]
    fn what_is_not_well_is_told_below() {
        let mut report = Report::default();
        assert!(troubles(&report).is_empty());
        report.tasks.insert(
            "general/orders".into(),
            Task { error: Some("it broke".into()), ..Task::default() },
        );
        let mut odd = Task::default();
        let summary = Summary { changes: 250, gone: 240, ..Summary::default() };
        odd.found(at("2026-05-05T10:00:00.5Z"), &summary);
        let notice = odd.notice.clone().unwrap();
        assert!(
            notice.starts_with("the poll at 2026-05-05T10:00:00Z says that 240 records are gone")
        );
        odd.notices = vec!["it does not sort".into(), "its clock is behind".into()];
        report.tasks.insert("general/visits".into(), odd);
        report.store = Some("no room".into());
        let (containers, since) = (3, at("2026-05-05T09:00:00.7Z"));
        let uncollected = Uncollected { containers, since, error: "status 403".into() };
        let visits = report.tasks.get_mut("general/visits").unwrap();
        visits.uncollected = Some(uncollected);
        let notice = format!("general/visits: {notice}");
        let uncollected = "general/visits: 3 found and not collected yet, since \
                           2026-05-05T09:00:00Z: status 403";
        let expected = [
            "",
            uncollected,
            "general/orders: it broke",
            &notice,
            "general/visits: it does not sort",
            "general/visits: its clock is behind",
            "store: no room",
        ];
        assert_eq!(troubles(&report), expected);
    }
}
