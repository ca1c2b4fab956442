//! Who keeps the cursors and dead letters now: the running host, or the store that it left.

use anyhow::anyhow;

use super::{
    arguments::{TaskName, Which},
    exit::Error,
};
use crate::{
    admin::{self, Client, Cursor, Replay},
    config::Config,
    model::TaskId,
    store::{
        self, DeadLetter, Rotated, Store,
        sled::{Options, SledStore},
    },
};

/// Who keeps them.
pub(super) enum Keeper {
    /// The running host; asked, so that its own picture stays right.
    Host(Client),
    /// Nobody runs: the store itself.
    Store(SledStore),
}

impl Which {
    /// Finds the keeper, and the configuration where it was read.
    pub(super) async fn keeper(&self) -> Result<(Keeper, Option<Config>), Error> {
        if let Some(address) = self.admin {
            return Ok((Keeper::Host(Client::new(address)?), None));
        }
        let config = self.config.load()?;
        let keeper = Keeper::of(&config).await?;
        Ok((keeper, Some(config)))
    }

    /// A task, by the configuration where it was read; else by its name, for the host to judge.
    pub(super) fn task(name: &TaskName, config: Option<&Config>) -> Result<TaskId, Error> {
        config.map_or_else(|| Ok(name.id()), |config| name.of(config))
    }
}

impl Keeper {
    /// The keeper of a configuration's data.
    pub(super) async fn of(config: &Config) -> Result<Self, Error> {
        let client = Client::new(config.host.admin)?;
        match client.health().await {
            Err(admin::Error::NotRunning(_)) => open(config),
            _ => Ok(Self::Host(client)),
        }
    }

    pub(super) async fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        match self {
            Self::Host(client) => Ok(client.dead().await?),
            Self::Store(store) => Ok(store.dead()?),
        }
    }

    pub(super) async fn replay(&self, replay: Replay) -> Result<usize, Error> {
        match self {
            Self::Host(client) => Ok(client.replay(&replay).await?),
            Self::Store(store) => {
                let containers = replay
                    .choose(&store.dead()?)
                    .map_err(|error| Error::Wrong(error.to_string()))?;
                Ok(store.replay(&containers).await?.len())
            }
        }
    }

    pub(super) async fn rotate_keys(&self) -> Result<Rotated, Error> {
        match self {
            Self::Host(client) => Ok(client.rotate_keys().await?),
            Self::Store(store) => Ok(store.rotate_keys().await?),
        }
    }

    pub(super) async fn cursor(&self, task: &TaskId) -> Result<Cursor, Error> {
        match self {
            Self::Host(client) => Ok(client.cursor(task).await?),
            Self::Store(store) => {
                let state = store.task(task)?;
                Ok(Cursor { cursor: state.cursor, revision: state.revision })
            }
        }
    }

    pub(super) async fn set_cursor(
        &self,
        task: &TaskId,
        cursor: Option<String>,
    ) -> Result<Cursor, Error> {
        match self {
            Self::Host(client) => Ok(client.set_cursor(task, cursor).await?),
            Self::Store(store) => {
                let revision = store.set_cursor(task, cursor.clone()).await?;
                Ok(Cursor { cursor, revision })
            }
        }
    }
}

/// Where a task stands, for who only looks.
pub(super) async fn cursor(config: &Config, task: &TaskId) -> Result<Option<String>, Error> {
    if !is_there(config) {
        return Ok(None);
    }
    Ok(Keeper::of(config).await?.cursor(task).await?.cursor)
}

/// Whether a host has made a store. To look into it is no reason to make one.
fn is_there(config: &Config) -> bool {
    config.host.data.join("store").is_dir()
}

fn open(config: &Config) -> Result<Keeper, Error> {
    let data = &config.host.data;
    if !is_there(config) {
        let why = anyhow!("no host has kept anything in the data folder {} yet", data.display());
        return Err(Error::Failed(why));
    }
    match SledStore::open(&Options::of(&config.host)) {
        Ok(store) => Ok(Keeper::Store(store)),
        Err(error @ store::Error::InUse { .. }) => Err(Error::Failed(anyhow!(
            "{error}; it does not answer at the admin address {}: say with --admin where it does",
            config.host.admin
        ))),
        Err(error) => Err(error.into()),
    }
}
