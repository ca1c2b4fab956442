//! `rounds connector shadow`: two versions of a connector on the same live answers.

mod report;

use std::{path::PathBuf, time::Duration};

use clap::Args;
use jiff::Timestamp;
use tokio::time;

use self::report::Report;
use crate::{
    cli::{
        arguments::{self, At, ConfigFile},
        exit::Error,
        keeper,
        output::{Output, note},
    },
    clock::{self, Clock, System},
    config::{Config, Connection, Since, Task},
    connector::{Cache, Connector, Detection, Engine},
    connector_test::drive::Setup,
    duration, host,
    shadow::{Pair, Showing},
};

/// Guests of the two at once, and some to spare.
const GUESTS: usize = 4;

/// Polls with two versions of a connector side by side, and shows what the new one does otherwise.
///
/// Both are given the same answers: what one has asked is not asked again for the other. Nobody is
/// told anything, and no cursor moves. Of what differs, places, types and lengths are shown: the
/// values are patients'. The exit code is 0 where both did the same, 1 where not.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// The .wasm file in service
    old: PathBuf,
    /// The .wasm file that would follow it
    new: PathBuf,
    /// Only this connection [default: all that use the connector]
    connection: Option<String>,
    /// Only these of its actions
    #[arg(value_name = "ACTION")]
    actions: Vec<String>,
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    at: At,
    /// From when changes are wanted, whatever the cursor: a time, or a span before now, as 2h
    #[arg(long, value_name = "TIME", value_parser = arguments::since)]
    since: Option<Since>,
    /// Polls so often
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "duration",
          value_parser = clap::value_parser!(u32).range(1..))]
    polls: u32,
    /// Polls for so long
    #[arg(long = "for", value_name = "SPAN", value_parser = duration::parse)]
    duration: Option<Duration>,
    /// Waits so long from one poll to the next
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = duration::parse)]
    every: Duration,
    /// Shows values as they are, which are patients'
    #[arg(long)]
    show_values: bool,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// The two that are compared.
struct Versions {
    old: Connector,
    new: Connector,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), Error> {
    let config = arguments.config.load()?;
    let versions = Versions::load(&config, &arguments).await?;
    let mut pairs = pairs(&config, &versions, &arguments).await?;
    let mut report = Report::new(&versions.old, &versions.new);
    let mut output = Output::open();
    let (began, mut polls) = (System.now(), 0);
    loop {
        polls += 1;
        for (task, pair) in &mut pairs {
            let compared = pair.poll(System.now()).await;
            let poll = report.note(task, polls, compared);
            if !arguments.json {
                poll.show(&mut output)?;
            }
        }
        if arguments.is_over(polls, began) {
            break;
        }
        time::sleep(arguments.every).await;
    }
    report.spent(pairs.iter().map(|(_, pair)| pair.spent()));
    match arguments.json {
        true => output.json(&report)?,
        false => report.show(&mut output)?,
    }
    if report.same { Ok(()) } else { Err(Error::Told) }
}

impl Arguments {
    fn is_over(&self, polls: u32, began: Timestamp) -> bool {
        match self.duration {
            Some(span) => System.now() >= clock::after(began, span),
            None => polls >= self.polls,
        }
    }

    fn showing(&self) -> Showing {
        if self.show_values { Showing::Values } else { Showing::Shapes }
    }

    /// Whether a task is one to poll: one that was named, else one that is polled anyhow.
    fn wants(&self, connection: &Connection, task: &Task) -> bool {
        match &self.connection {
            Some(name) if self.actions.is_empty() => {
                connection.name.as_str() == name && task.enabled
            }
            Some(name) => {
                let is_named = self.actions.iter().any(|action| action == task.action.as_str());
                connection.name.as_str() == name && is_named
            }
            None => task.enabled,
        }
    }
}

impl Versions {
    async fn load(config: &Config, arguments: &Arguments) -> Result<Self, Error> {
        // Compiled code is taken from the host's cache, where it has one.
        let cache = config.host.data.join("cache");
        let cache = cache.is_dir().then(|| Cache::open(&cache).ok()).flatten();
        let engine = Engine::new(&config.host.limits, GUESTS, cache)?;
        let old = Connector::load(&engine, &arguments.old).await?;
        let new = Connector::load(&engine, &arguments.new).await?;
        let (was, is) = (&old.manifest().name, &new.manifest().name);
        if was != is {
            let why = format!("two connectors, `{was}` and `{is}`: versions of one are compared");
            return Err(Error::Wrong(why));
        }
        Ok(Self { old, new })
    }

    /// Whether reading with either takes changes off the EHR's list.
    fn consume(&self, action: &str) -> bool {
        let detection =
            |it: &Connector| it.manifest().action(action).map(|action| action.detection);
        [&self.old, &self.new].map(detection).contains(&Some(Detection::ConsumingFeed))
    }
}

/// The tasks to poll, each with both.
async fn pairs(
    config: &Config,
    versions: &Versions,
    arguments: &Arguments,
) -> Result<Vec<(String, Pair)>, Error> {
    let mut pairs = Vec::new();
    for (connection, task) in wanted(config, versions, arguments)? {
        let id = connection.task_id(task);
        if versions.consume(task.action.as_str()) {
            note(&format!("{id} is left out: reading it takes changes off the EHR's list"));
            continue;
        }
        pairs.push((id.to_string(), pair(config, versions, arguments, connection, task).await?));
    }
    if pairs.is_empty() {
        return Err(Error::Wrong("there is nothing to poll".into()));
    }
    Ok(pairs)
}

fn wanted<'c>(
    config: &'c Config,
    versions: &Versions,
    arguments: &Arguments,
) -> Result<Vec<(&'c Connection, &'c Task)>, Error> {
    let name = &versions.old.manifest().name;
    let users = config.connections.iter().filter(|it| it.connector.value == *name);
    let tasks = users.flat_map(|it| it.tasks.iter().map(move |task| (it, task)));
    let wanted: Vec<_> =
        tasks.clone().filter(|(connection, task)| arguments.wants(connection, task)).collect();
    let is_there = |action: &String| wanted.iter().any(|(_, it)| it.action.as_str() == action);
    if !wanted.is_empty() && arguments.actions.iter().all(is_there) {
        return Ok(wanted);
    }
    let known: Vec<_> =
        tasks.map(|(connection, task)| connection.task_id(task).to_string()).collect();
    Err(Error::Wrong(format!(
        "{} has no such task of the connector `{name}`; it has: {}",
        config.file,
        known.join(", ")
    )))
}

async fn pair(
    config: &Config,
    versions: &Versions,
    arguments: &Arguments,
    connection: &Connection,
    task: &Task,
) -> Result<Pair, Error> {
    let now = System.now();
    let by_hand = arguments.since.map(|since| since.resolve(now));
    let cursor = match by_hand {
        Some(_) => None,
        None => keeper::cursor(config, &arguments.at, &connection.task_id(task)).await?,
    };
    let setup = Setup {
        action: task.action.to_string(),
        settings: connection.settings.value.clone(),
        base_url: connection.base_url.clone(),
        allow_origins: connection.allow_origins.clone(),
        since: by_hand.unwrap_or_else(|| connection.since(task, now)),
    };
    let way = host::client(config, connection, &versions.old)?;
    let both = (&versions.old, &versions.new);
    Ok(Pair::new(both, &setup, cursor.as_deref(), &way, arguments.showing()))
}
