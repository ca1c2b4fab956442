//! A container that is being collected.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    connection::Connection,
    connector::{Fault, Limit, Request, Step},
    egress, identity,
    model::{Container, ContainerId, Lane},
    service::Serving,
    shadow,
    status::UnderWay,
    store::{Error, Store},
};

/// A container in line.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Which.
    pub(super) container: ContainerId,
    /// Times that collecting it failed.
    pub(super) failures: u32,
    /// Since when it fails.
    pub(super) failing_since: Option<Timestamp>,
    _under_way: UnderWay,
}

impl Waiting {
    pub(super) fn new(container: ContainerId, under_way: UnderWay) -> Self {
        Self { container, failures: 0, failing_since: None, _under_way: under_way }
    }
}

/// A container whose collecting has begun.
pub(super) struct Job {
    pub(super) lane: Lane,
    pub(super) container: Container,
    pub(super) memo: Option<String>,
    /// What it is collected with, to its end.
    pub(super) serving: Serving,
    /// What the connector asked so far.
    pub(super) asked: Vec<Request>,
    /// The answers so far, in the order of their requests.
    pub(super) collected: Vec<Arc<egress::Response>>,
    /// How often the connector has asked for more.
    pub(super) steps: usize,
}

impl Job {
    /// The container as the store has it; `None` where it is settled meanwhile.
    pub(super) fn load(
        store: &dyn Store,
        lane: Lane,
        id: ContainerId,
        serving: Serving,
    ) -> Result<Option<Self>, Error> {
        let Some(container) = store.container(id)? else { return Ok(None) };
        let memo = store.memo(
            &container.task.connection,
            identity::record(&container.task, &container.change.id),
        )?;
        let (asked, collected) = (Vec::new(), Vec::new());
        Ok(Some(Self { lane, container, memo, serving, asked, collected, steps: 0 }))
    }

    /// Takes the answers of a step.
    ///
    /// # Errors
    /// Where they all together are more than a guest could hold.
    pub(super) fn answered(&mut self, answers: Vec<Arc<egress::Response>>) -> Result<(), Fault> {
        self.collected.extend(answers);
        let limit = self.serving.connector.limits().guest_memory;
        let bytes: usize = self.collected.iter().map(|answer| answer.body.len()).sum();
        if bytes > limit { Err(Fault::Limit(Limit::Collected(limit))) } else { Ok(()) }
    }

    /// What somebody else needs to collect it as well.
    pub(super) fn shown(
        &self,
        connection: &Connection,
        settled: &Result<Step, Fault>,
    ) -> shadow::Collected {
        let Container { task, change, observed_at, .. } = &self.container;
        shadow::Collected {
            context: connection.context(task, *observed_at, *observed_at, false),
            change: change.clone(),
            memo: self.memo.clone(),
            asked: self.asked.clone(),
            collected: self.collected.clone(),
            settled: settled.clone(),
        }
    }
}
