//! The store's part: each page committed, each container read, filled, read again and settled.

use anyhow::{Result, bail};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use jiff::Timestamp;
use rounds::{
    identity,
    model::{Change, ContainerId, DestinationName, Filled, Pending},
    store::{
        Commit, Committed, Fill, NewChange, Pass, Reading, Settlement, Store, Taken,
        sled::{Options, SledStore},
    },
};

use crate::{arguments::Arguments, guest::Made, job};

/// An empty store in a folder of its own.
pub(crate) fn open(arguments: &Arguments) -> Result<SledStore> {
    Ok(SledStore::open(&Options::new(arguments.data.join("measured")))?)
}

/// Everything that the host asks of its store in the job.
pub(crate) async fn store(store: &SledStore, made: Made, arguments: &Arguments) -> Result<()> {
    let mut told = made.told.into_iter();
    for (revision, (cursor, changes)) in made.pages.into_iter().enumerate() {
        let pending = commit(store, revision as u64, cursor, changes).await?;
        let filled = pending.into_iter().zip(told.by_ref());
        let each = |(pending, told): (Pending, _)| deliver(store, pending.id, told);
        stream::iter(filled.map(anyhow::Ok))
            .try_for_each_concurrent(arguments.concurrency, each)
            .await?;
    }
    Ok(store.flush().await?)
}

async fn commit(
    store: &SledStore,
    revision: u64,
    cursor: String,
    changes: Vec<Change>,
) -> Result<Vec<Pending>> {
    let changes = changes
        .into_iter()
        .enumerate()
        .map(|(at, change)| new_change(change, revision, at))
        .collect();
    let commit = Commit::onward(job::task(), revision, cursor, Timestamp::now(), changes);
    match store.commit(commit).await? {
        Committed::Done { made, .. } => Ok(made),
        Committed::Fenced { .. } => bail!("a commit was fenced"),
    }
}

async fn deliver(
    store: &SledStore,
    id: ContainerId,
    (event, payload, memo): (String, String, Option<String>),
) -> Result<()> {
    let Some(container) = store.container(id)? else { bail!("a container is missing") };
    let record = identity::record(&container.task, &container.change.id);
    store.memo(&container.task.connection, record)?;
    let filled = Filled { event, payload, connector: "fhir-r4@0.1.0".into(), at: Timestamp::now() };
    let destination: DestinationName = "receiver".into();
    let deliveries = store
        .fill(Fill { container: id, filled, memo, destinations: vec![destination.clone()] })
        .await?;
    let (Some(container), Some(delivery)) = (store.container(id)?, deliveries.first()) else {
        bail!("a filled container is missing")
    };
    let body = container.filled.as_ref().map(|filled| Bytes::from(filled.payload.clone()));
    let taken = Taken::of(&container, delivery, body.unwrap_or_default(), Timestamp::now());
    let taken = Taken { body: None, ..taken };
    store.settle(id, &destination, Settlement::Delivered(Some(Box::new(taken))));
    Ok(())
}

fn new_change(change: Change, revision: u64, position: usize) -> NewChange {
    let reading = Reading { pass: Pass::Onward, revision, position };
    NewChange::of(&job::task(), change, reading, true)
}
