//! Whole polls of an EHR that has nothing new.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use rounds::{
    config::Limits,
    connector::{Cache, Connector, Context, Engine, Guest, Mode},
    egress::{self, Client, Network, Owner},
    model::TaskId,
    store::{Commit, Committed, Store, sled},
};

use crate::{Arguments, CONCURRENCY, ehr::Ehr};

/// What polls need, and how many there were.
pub(crate) struct Polls {
    connector: Connector,
    clients: Vec<Client>,
    store: sled::SledStore,
    base_url: String,
    since: Timestamp,
    /// Polls that were committed.
    pub(crate) done: AtomicU64,
}

/// Loads the connector; compiles it where the cache doesn't have it.
pub(crate) async fn load(connector: &Path, cache: &Path) -> Result<Connector> {
    let engine = Engine::new(&Limits::default(), CONCURRENCY, Some(Cache::open(cache)?))?;
    Ok(Connector::load(&engine, connector).await?)
}

impl Polls {
    /// Makes a client a connection and a store in this folder.
    pub(crate) fn new(
        arguments: &Arguments,
        connector: Connector,
        ehr: &Ehr,
        folder: &Path,
    ) -> Result<Self> {
        let network = Network::new();
        let client = |number: usize| {
            let owner = Owner::Connection(format!("connection-{number}").as_str().into());
            let mut options = egress::Options::new(owner, ehr.url.clone());
            options.private_addresses = vec![std::net::IpAddr::from([127, 0, 0, 1]).into()];
            Client::new(&network, options)
        };
        let clients = (0..arguments.connections.max(1)).map(client).collect::<Result<_, _>>()?;
        let store = sled::SledStore::open(&sled::Options::new(folder))?;
        let base_url = ehr.url.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            connector,
            clients,
            store,
            base_url,
            since: Timestamp::now(),
            done: AtomicU64::default(),
        })
    }

    /// Polls once, as the host does: every task polls appointments, for the EHR has no other.
    pub(crate) async fn poll(&self, task: &TaskId, connection: usize) -> Result<()> {
        let client = self.clients.get(connection).context("its client")?;
        let state = self.store.task(task)?;
        let began = Timestamp::now();
        self.store.polled(task, began);
        let mut guest = Guest::new(&self.connector, &self.context(task, began), false).await?;
        let asked = guest.poll(state.cursor.as_deref()).await?;
        let request = egress::Request {
            target: asked.target,
            headers: asked.headers,
            ..egress::Request::default()
        };
        let answer = client.send(&request).await?;
        let page = guest.changes(state.cursor.as_deref(), &answer).await?;
        drop(guest);
        let (task, revision, cursor) = (task.clone(), state.revision, page.cursor);
        let commit = Commit::onward(task, revision, cursor, began, Vec::new());
        match self.store.commit(commit).await? {
            Committed::Done { .. } => self.done.fetch_add(1, Ordering::Relaxed),
            Committed::Fenced { .. } => bail!("a commit was fenced"),
        };
        Ok(())
    }

    fn context(&self, task: &TaskId, now: Timestamp) -> Context {
        let task = TaskId { connection: task.connection.clone(), action: "appointments".into() };
        let (settings, base_url) = ("{}".to_owned(), self.base_url.clone());
        let (allow_origins, mode) = (vec![], Mode::default());
        Context { task, settings, base_url, allow_origins, since: self.since, now, mode }
    }
}
