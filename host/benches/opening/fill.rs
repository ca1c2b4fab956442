//! The containers that a killed host leaves.

use std::path::Path;

use anyhow::{Result, bail};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use rounds::{
    model::{Change, ChangeKind, DestinationName, Filled, Pending, TaskId},
    store::{
        Commit, Committed, Fill, NewChange, Pass, Reading, Store,
        sled::{Options, SledStore},
    },
};
use rustix::process::{Signal, getpid, kill_process};

use crate::Arguments;

/// Changes of a page.
const PAGE: usize = 500;
/// Patients, whose notifications wait in line.
const KEYS: usize = 100_000;

/// Writes containers into a data folder as a host does, and dies as one that is killed.
pub(crate) async fn fill_and_die(data: &Path, arguments: &Arguments) -> Result<()> {
    let store = SledStore::open(&Options::new(data))?;
    let payload = serde_json::json!({ "note": "x".repeat(arguments.payload) }).to_string();
    for page in 0..arguments.containers / PAGE {
        let fills =
            commit(&store, page).await?.into_iter().map(|made| fill(&store, made, &payload));
        try_join_all(fills).await?;
    }
    kill_process(getpid(), Signal::KILL)?;
    bail!("it lives")
}

async fn commit(store: &SledStore, page: usize) -> Result<Vec<Pending>> {
    let changes = (page * PAGE..(page + 1) * PAGE).map(change).collect();
    let (cursor, now) = (page.to_string(), Timestamp::now());
    let commit = Commit::onward(task(), page as u64, cursor, now, changes);
    match store.commit(commit).await? {
        Committed::Done { made, .. } => Ok(made),
        Committed::Fenced { .. } => bail!("a commit was fenced"),
    }
}

fn change(number: usize) -> NewChange {
    let change = Change {
        id: format!("Appointment/{number}"),
        kind: ChangeKind::Upserted,
        version: Some("1".into()),
        content: None,
        key: Some(format!("Patient/{}", number % KEYS)),
        occurred_at: None,
        data: String::new(),
    };
    let reading = Reading { pass: Pass::Onward, revision: 0, position: number };
    NewChange::of(&task(), change, reading, false)
}

async fn fill(store: &SledStore, made: Pending, payload: &str) -> Result<()> {
    let filled = Filled {
        event: "Scheduling.New".into(),
        payload: payload.to_owned(),
        connector: "fhir-r4@0.1.0".into(),
        at: Timestamp::now(),
    };
    let destinations: Vec<DestinationName> = vec!["app".into()];
    let memo = Some("booked".to_owned());
    store.fill(Fill { container: made.id, filled, memo, destinations }).await?;
    Ok(())
}

fn task() -> TaskId {
    TaskId { connection: "practice".into(), action: "appointments".into() }
}
