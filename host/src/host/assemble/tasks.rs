//! Each task with its poller, and when it runs.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use super::{Error, Lines, Shared, Task, Tasks, connections::Connections};
use crate::host::sweep::{self, Sweep};
use crate::{
    collect,
    config::{self, Config},
    connection::Connection,
    poll::Poller,
    schedule,
    store::Listing,
};

pub(super) fn tasks(
    connections: &Connections,
    lines: &Arc<Lines>,
    config: &Config,
    shared: &Shared,
) -> Tasks {
    let mut tasks = Tasks::new();
    for connection in connections {
        let Some((collector, _)) = lines.collectors.get(&connection.config.name) else { continue };
        for wanted in &connection.config.tasks {
            let poller = poller(connection, wanted, collector, config, shared);
            let task = Task::new(poller, shared.status.clone(), wanted.enabled, Arc::clone(lines));
            tasks.insert(connection.config.task_id(wanted), Arc::new(task));
        }
    }
    tasks
}

fn poller(
    connection: &Arc<Connection>,
    task: &config::Task,
    collector: &collect::Handle,
    config: &Config,
    shared: &Shared,
) -> Poller {
    Poller {
        task: connection.config.task_id(task),
        since: task.since.or(connection.config.since),
        connection: Arc::clone(connection),
        store: Arc::clone(&shared.store),
        clock: Arc::clone(&shared.clock),
        collector: collector.clone(),
        max_pending: config.host.max_pending,
        late: task.late,
        again: Mutex::default(),
        listing: Mutex::default(),
        baseline: task.baseline,
        sweeps: task.sweep.is_some(),
    }
}

pub(super) fn entries(
    connections: &Connections,
    tasks: &Tasks,
    shared: &Shared,
) -> Result<Vec<schedule::Entry>, Error> {
    let mut entries = Vec::new();
    for connection in connections {
        for wanted in connection.config.tasks.iter().filter(|task| task.enabled) {
            let id = connection.config.task_id(wanted);
            let Some(task) = tasks.get(&id) else { continue };
            let cadence = wanted.cadence.to_string();
            shared.status.task(&id, |status| status.cadence = cadence);
            let last_run = shared.store.task(&id)?.last_polled_at;
            entries.push(schedule::Entry {
                id: id.clone(),
                cadence: wanted.cadence.clone(),
                last_run,
                run: Arc::<Task>::clone(task),
            });
            let listing = shared.store.task(&id)?.listing;
            if wanted.sweep.is_some() || listing.is_used() {
                shared.status.sweep(&id, |sweep| sweep.listing = listing.clone());
            }
            entries.extend(sweep_of(wanted, task, &listing));
        }
    }
    Ok(entries)
}

/// When a task's listing is read beside its feed, if it is.
fn sweep_of(wanted: &config::Task, task: &Arc<Task>, listing: &Listing) -> Option<schedule::Entry> {
    let cadence = wanted.sweep.clone()?;
    // A pass that was under way goes on at once: it was due before all others.
    let last_run = match listing.began {
        Some(_) => Some(Timestamp::UNIX_EPOCH),
        None => listing.ended.map(|ended| ended.at),
    };
    let run = Arc::new(Sweep(Arc::clone(task)));
    Some(schedule::Entry { id: sweep::id(&task.poller.task), cadence, last_run, run })
}
