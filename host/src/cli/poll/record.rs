//! A live EHR's answers as a file of recorded exchanges, with nothing of its patients in it.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use jiff::Timestamp;
use tokio::{runtime::Handle, task::block_in_place, time};

use crate::{
    check,
    cli::{
        exit::Error,
        output::{Output, note},
    },
    clock::{Clock, System},
    config::{Config, Connection, Secret},
    connector::{Connector, Detection},
    connector_test::{
        drive::{Asked, Ehr, Setup},
        record::{self, Recorder, Recording},
    },
    duration,
    egress::{self, Client},
    host,
    model::TaskId,
};

/// What becomes of a recording.
#[derive(Args)]
pub(super) struct Wanted {
    /// Writes what the EHR answered to a file in this folder that `rounds connector test` replays,
    /// with everything in it replaced that may be a patient's; tells nobody and moves no cursor
    #[arg(long, value_name = "DIR", conflicts_with = "dry_run")]
    record: Option<PathBuf>,
    /// The recording's name [default: the action's]
    #[arg(long, requires = "record")]
    name: Option<String>,
    /// Polls so often, for what changes meanwhile
    #[arg(long, value_name = "COUNT", default_value_t = 1, requires = "record",
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    polls: u16,
    /// Waits so long from one poll to the next
    #[arg(long, value_name = "SPAN", default_value = "1m", requires = "record", value_parser = duration::parse)]
    every: Duration,
    /// Leaves a value as it is, by its key or by itself; may be given several times
    #[arg(long, value_name = "KEY|VALUE", requires = "record")]
    keep: Vec<String>,
    /// Replaces the values of a key though they look harmless; may be given several times
    #[arg(long, value_name = "KEY", requires = "record")]
    replace: Vec<String>,
}

impl Wanted {
    /// Where to record, if anywhere.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        self.record.clone()
    }
}

/// Polls, records, and says where; `told` counts the notifications.
pub(super) async fn run(
    config: &Config,
    task: &TaskId,
    since: Option<Timestamp>,
    (folder, arguments): (&Path, Wanted),
    told: &Cell<usize>,
) -> Result<(), Error> {
    let file = file(folder, arguments.name.as_deref().unwrap_or(task.action.as_str()))?;
    let (library, unusable) = host::library(config).await?;
    unusable.iter().for_each(|why| note(&format!("warning: {why}")));
    check::check(config, &library).finish(())?;
    let connection = config.connections.iter().find(|it| it.name == task.connection);
    let found = connection.and_then(|it| Some((it, library.get(&it.connector)?)));
    let (connection, connector) =
        found.ok_or_else(|| Error::Wrong(format!("there is no connection of {task}")))?;
    refuse_consuming(connector, task)?;
    let mut ehr = Live(host::client(config, connection, connector)?);
    let options = options(connection, task, since, &arguments);
    let mut recorder = Recorder::new(connector, options).map_err(failed)?;
    for number in 1..=arguments.polls {
        if number > 1 {
            time::sleep(arguments.every).await;
        }
        let polled = recorder.poll(now(), &mut ehr).await.map_err(failed)?;
        let (asked, here) = (polled.asked.len(), polled.told.len());
        told.set(told.get() + here);
        note(&format!("poll {number}: requests: {asked}, notifications: {here}"));
    }
    let Recording { scenario, notes } = recorder.finish().await.map_err(failed)?;
    notes.iter().for_each(|text| note(&format!("warning: {text}")));
    fs::create_dir_all(folder)?;
    scenario.write(&file)?;
    note(
        "read it before you show it to anyone: what looks like a code or a status stayed as it was",
    );
    Ok(Output::open().line(&file.display().to_string())?)
}

/// The time, in whole seconds, as one would write it.
fn now() -> Timestamp {
    let now = System.now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn failed(error: record::Error) -> Error {
    Error::Failed(error.into())
}

/// The file to write, which is a new one.
fn file(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(fits) {
        return Err(Error::Wrong("a recording's name is of letters, digits, `-` and `_`".into()));
    }
    let file = folder.join(format!("{name}.json"));
    match file.symlink_metadata().is_ok() {
        true => Err(Error::Wrong(format!("{} is there; choose another --name", file.display()))),
        false => Ok(file),
    }
}

fn refuse_consuming(connector: &Connector, task: &TaskId) -> Result<(), Error> {
    let action = connector.manifest().action(task.action.as_str());
    match action.map(|action| action.detection) {
        Some(Detection::ConsumingFeed) => Err(Error::Wrong(format!(
            "reading {task} takes changes off the EHR's list, so a recording would lose them"
        ))),
        _ => Ok(()),
    }
}

fn options(
    connection: &Connection,
    task: &TaskId,
    since: Option<Timestamp>,
    arguments: &Wanted,
) -> record::Options {
    let now = now();
    let of_task = connection.tasks.iter().find(|it| it.action == task.action);
    let since = since.or_else(|| of_task.map(|task| connection.since(task, now)));
    let headers = connection.headers.iter().map(|header| &header.value);
    let secrets = connection.auth.value.secrets().into_iter().chain(headers);
    record::Options {
        setup: Setup {
            action: task.action.to_string(),
            settings: connection.settings.value.clone(),
            base_url: connection.base_url.clone(),
            allow_origins: connection.allow_origins.clone(),
            since: since.unwrap_or(now),
        },
        keep: arguments.keep.clone(),
        replace: arguments.replace.clone(),
        secrets: secrets.map(Secret::clone).collect(),
    }
}

/// The connection's EHR.
struct Live(Client);

impl Ehr for Live {
    /// Waits for the answer where it stands: nothing else runs in this process.
    fn answer(&mut self, asked: &Asked) -> Result<egress::Response, String> {
        let request = asked.request();
        let answer = block_in_place(|| Handle::current().block_on(self.0.send(&request)));
        answer.map_err(|error| error.to_string())
    }
}
