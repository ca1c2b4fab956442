//! Who keeps the cursors and dead letters now: the running host, or the store that it left.

mod answer;
mod listing;

use std::sync::Arc;

use anyhow::anyhow;
use serde_json::Value;

use super::{
    arguments::{At, TaskName, Which},
    exit::Error,
};
use crate::{
    admin::{self, Client, Cursor, Purged, Replay, Seek, Wanted},
    audit::{Audit, Event, Outcome, Subject, What, Who},
    clock::System,
    config::Config,
    model::{ContainerId, NotificationId, TaskId},
    store::{
        self, DeadLetter, Keys, Receipt, Rotated, Store,
        sled::{Options, SledStore},
    },
};

/// Who keeps them.
pub(super) enum Keeper {
    /// The running host; asked, so that its own picture stays right, and so that it notes who did.
    Host(Client),
    /// Nobody runs: the store itself, and the audit log beside it.
    Store(SledStore, Audit),
}

impl Which {
    /// Finds the keeper, and the configuration where it was read.
    pub(super) async fn keeper(&self) -> Result<(Keeper, Option<Config>), Error> {
        if let Some(client) = self.at.named()? {
            return Ok((Keeper::Host(client), None));
        }
        // A running host is asked without what only it needs, as a destination's secret.
        let client = self.at.client(&self.config.to_ask()?)?;
        let is_running = !matches!(client.health().await, Err(admin::Error::NotRunning(_)));
        // Its warnings are for who checks or runs it.
        let config = self.config.draft().finish().ok();
        if is_running {
            return Ok((Keeper::Host(client), config));
        }
        Ok((open(&self.config.of_the_host()?)?, config))
    }

    /// A task, by the configuration where it was read; else by its name, for the host to judge.
    pub(super) fn task(name: &TaskName, config: Option<&Config>) -> Result<TaskId, Error> {
        config.map_or_else(|| Ok(name.id()), |config| name.of(config))
    }
}

/// The keys of a store. Where nobody runs, the store need not open for that.
pub(super) async fn keys(which: &Which) -> Result<Keys, Error> {
    if let Some(client) = which.at.named()? {
        return Ok(client.keys().await?);
    }
    let config = which.config.of_the_host()?;
    let client = which.at.client(&config)?;
    match client.health().await {
        Err(admin::Error::NotRunning(_)) => {
            there(&config)?;
            let looked = SledStore::look_at_keys(&Options::of(&config.host));
            looked.map_err(|error| in_use(error, &config))
        }
        _ => Ok(client.keys().await?),
    }
}

impl Keeper {
    /// The keeper of a configuration's data.
    pub(super) async fn of(config: &Config, at: &At) -> Result<Self, Error> {
        let client = at.client(config)?;
        match client.health().await {
            Err(admin::Error::NotRunning(_)) => open(config),
            _ => Ok(Self::Host(client)),
        }
    }

    pub(super) async fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        match self {
            Self::Host(client) => Ok(client.dead().await?),
            Self::Store(store, _) => Ok(store.dead()?),
        }
    }

    pub(super) async fn dead_letter(&self, id: ContainerId) -> Result<Value, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.dead_letter(id).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let container = store.dead_letter(id)?;
        let container = container.ok_or_else(|| Error::Wrong(format!("{id} is no dead letter")))?;
        let of = Subject::record(&container.task, &container.change.id);
        let event = Event::asked(&Who::myself(), What::ShowDead, of);
        audit.append(&event.became(Outcome::Done, None))?;
        Ok(admin::dead(&container))
    }

    pub(super) async fn delivered(&self, seek: &Seek) -> Result<Vec<Receipt>, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.delivered(seek).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let limit = seek.limit().map_err(Error::Wrong)?;
        if let Some(patient) = seek.patient() {
            audit.append(&admin::sought_by(&Who::myself(), patient))?;
        }
        Ok(store.delivered(&seek.sought(), limit)?)
    }

    pub(super) async fn sent(&self, id: &NotificationId) -> Result<Value, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.sent(id).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let found = store.sent(id)?;
        if found.is_empty() {
            return Err(Error::Wrong(admin::nothing_of(id)));
        }
        audit.append(&admin::shown_to(&Who::myself(), id, &found))?;
        Ok(admin::sent(&found))
    }

    pub(super) async fn replay(&self, replay: Replay) -> Result<usize, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.replay(&replay).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let containers =
            replay.choose(&store.dead()?).map_err(|error| Error::Wrong(error.to_string()))?;
        let asked = Event::asked(&Who::myself(), What::Replay, admin::containers(&containers));
        let doing = async {
            let mut replayed = store.replay(&containers).await?.len();
            for letter in store::answers(store.dead()?, &containers) {
                replayed += usize::from(store.replay_answer(letter.container).await?);
            }
            Ok(replayed)
        };
        audited(audit, asked, doing, |count| Some(*count as u64)).await
    }

    pub(super) async fn rotate_keys(&self) -> Result<Rotated, Error> {
        match self {
            Self::Host(client) => Ok(client.rotate_keys().await?),
            Self::Store(store, audit) => {
                let asked = Event::asked(&Who::myself(), What::RotateKey, Subject::default());
                audited(audit, asked, async { Ok(store.rotate_keys().await?) }, |_| None).await
            }
        }
    }

    pub(super) async fn cursor(&self, task: &TaskId) -> Result<Cursor, Error> {
        match self {
            Self::Host(client) => Ok(client.cursor(task).await?),
            Self::Store(store, _) => {
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
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.set_cursor(task, cursor).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let asked = Event::asked(&Who::myself(), What::SetCursor, Subject::of(task));
        let doing = async {
            let revision = store.set_cursor(task, cursor.clone()).await?;
            Ok(Cursor { cursor, revision })
        };
        audited(audit, asked, doing, |_| None).await
    }
}

impl Keeper {
    /// Purges, or counts what that would be.
    pub(super) async fn purge(&self, what: &Wanted, yes: bool) -> Result<Purged, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.purge(what, yes).await?),
            Self::Store(store, audit) => (store, audit),
        };
        if !yes {
            return Ok(Purged::of(false, store.held(&what.purge()).await?));
        }
        let asked = Event::asked(&Who::myself(), What::Purge, what.subject());
        let doing = async { Ok(Purged::of(true, store.purge(&what.purge()).await?)) };
        audited(audit, asked, doing, |purged| Some(purged.count())).await
    }
}

/// Does what this user asked for: noted before, and its outcome before it is told.
pub(super) async fn audited<T>(
    audit: &Audit,
    asked: Event,
    doing: impl Future<Output = Result<T, Error>>,
    count: impl Fn(&T) -> Option<u64>,
) -> Result<T, Error> {
    audit.append(&asked)?;
    let done = doing.await;
    let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
    audit.append(&asked.became(outcome, done.as_ref().ok().and_then(count)))?;
    done
}

/// Where a task stands, for who only looks.
pub(super) async fn cursor(
    config: &Config,
    at: &At,
    task: &TaskId,
) -> Result<Option<String>, Error> {
    if !is_there(config) {
        return Ok(None);
    }
    Ok(Keeper::of(config, at).await?.cursor(task).await?.cursor)
}

/// Whether a host has made a store. To look into it is no reason to make one.
fn is_there(config: &Config) -> bool {
    config.host.data.join("store").is_dir()
}

fn open(config: &Config) -> Result<Keeper, Error> {
    there(config)?;
    let store = SledStore::open(&Options::of(&config.host));
    let store = store.map_err(|error| in_use(error, config))?;
    Ok(Keeper::Store(store, Audit::of(&config.host, Arc::new(System))))
}

fn there(config: &Config) -> Result<(), Error> {
    let data = config.host.data.display();
    match is_there(config) {
        true => Ok(()),
        false => Err(anyhow!("no host has kept anything in the data folder {data} yet").into()),
    }
}

fn in_use(error: store::Error, config: &Config) -> Error {
    match error {
        store::Error::InUse { .. } => Error::Failed(anyhow!(
            "{error}; it does not answer at the admin address {}: say with --admin where it does",
            config.host.admin.address
        )),
        error => error.into(),
    }
}
