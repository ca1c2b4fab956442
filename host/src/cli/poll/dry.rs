//! A poll that leaves nothing behind.

use std::{cell::Cell, fs, io, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc};

use jiff::Timestamp;

use super::{
    conduct::{self, Wanted},
    printed,
};
use crate::{
    Host,
    cli::{arguments::At, exit::Error, keeper, output},
    config::Config,
    connector::Detection,
    model::TaskId,
    store::{
        Store,
        sled::{Options, SledStore},
    },
};

/// Polls into a store of its own, and prints what would be told; `told` counts that.
pub(super) async fn run(
    mut config: Config,
    at: &At,
    wanted: Wanted,
    told: &Cell<usize>,
) -> Result<(), Error> {
    let folder = Folder::new()?;
    let store = SledStore::open(&Options::new(&folder.0))?;
    if wanted.since.is_none() {
        start(&store, &config, at, &wanted.task).await?;
    }
    if !config.host.data.is_dir() {
        config.host.data.clone_from(&folder.0);
    }
    config.destinations.clear();
    let (builder, printed) = printed::to_stdout(Host::builder(config).store(Arc::new(store)));
    let host = builder.unscheduled().unnoted().build().await?;
    if host.handle().detection(&wanted.task) == Some(Detection::ConsumingFeed) {
        let why = format!(
            "reading {} takes changes off the EHR's list, so a dry run would lose them",
            wanted.task
        );
        return Err(Error::Wrong(why));
    }
    conduct::run(host, printed, wanted, told).await
}

/// Has the poll start where the task's next one would.
async fn start(store: &SledStore, config: &Config, at: &At, task: &TaskId) -> Result<(), Error> {
    match keeper::cursor(config, at, task).await {
        Ok(Some(cursor)) => {
            store.set_cursor(task, Some(cursor)).await?;
            // The task is older than this store: what it finds is no backfill.
            store.begin(task, Timestamp::UNIX_EPOCH);
        }
        Ok(None) => output::note(
            "the task has no cursor yet: changes from its `since` on, else from now on",
        ),
        Err(Error::Failed(why)) => output::note(&format!(
            "the task's cursor cannot be read ({why:#}): changes from its `since` on, else from now on"
        )),
        Err(other) => return Err(other),
    }
    Ok(())
}

/// A folder that only this user can read, gone with the command.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("rounds-dry-run-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            output::note(&format!(
                "{} cannot be removed: {error}; remove it by hand",
                self.0.display()
            ));
        }
    }
}
