//! Each run in a process of its own.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    arguments::{Arguments, Part},
    folder::Folder,
    parts::Parts,
    servers::Servers,
    usage::Usage,
};

/// What a run came to, as its process prints it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// CPU time before the first request.
    pub(crate) start: Duration,
    /// From the first request to the last answer.
    pub(crate) wall: Duration,
    /// Of the whole process.
    pub(crate) usage: Usage,
}

/// What runs have in common.
pub(crate) struct Contenders<'a> {
    arguments: &'a Arguments,
    connector: PathBuf,
    servers: &'a mut Servers,
    folder: Folder,
}

impl<'a> Contenders<'a> {
    pub(crate) fn new(
        arguments: &'a Arguments,
        connector: PathBuf,
        servers: &'a mut Servers,
    ) -> Result<Self> {
        Ok(Self { arguments, connector, servers, folder: Folder::new("notifications")? })
    }

    /// Does the job once, and sees that every change arrived.
    pub(crate) fn run(&mut self, part: Part) -> Result<Run> {
        let run = self.process(part, if part == Part::Native { "native" } else { "rounds" })?;
        let (arrived, changes) = (self.servers.count()?, self.arguments.changes);
        ensure!(arrived == changes, "{arrived} of {changes} notifications arrived from {part:?}");
        Ok(run)
    }

    /// Measures what the host's job is made of.
    pub(crate) fn parts(&mut self) -> Result<Parts> {
        self.process(Part::Parts, "parts")
    }

    fn process<T: DeserializeOwned>(&self, part: Part, name: &str) -> Result<T> {
        let Arguments { changes, concurrency, .. } = self.arguments;
        let places = &self.servers.places;
        let ended = Command::new(env::current_exe()?)
            .args([
                "--part",
                name,
                "--changes",
                &changes.to_string(),
                "--concurrency",
                &concurrency.to_string(),
            ])
            .args(["--ehr", &places.ehr, "--receiver", &places.receiver])
            .arg("--connector")
            .arg(&self.connector)
            .arg("--data")
            .arg(self.data()?)
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(ended.status.success(), "{part:?} failed");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        let last = said.lines().last().context("it said nothing")?;
        serde_json::from_str(last).with_context(|| format!("{part:?} said {last}"))
    }

    /// A data folder with nothing but compiled code in it, as of a host that was started before.
    fn data(&self) -> Result<PathBuf> {
        let data = self.folder.0.join("data");
        for name in ["store", "lock"] {
            let path = data.join(name);
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(data)
    }
}
