//! A container that is being collected.

use std::sync::Arc;

use jiff::Timestamp;

use super::crowded::Roomy;
use crate::{
    connection::Connection,
    connector::{Fault, Limit, Mode, Request, Step},
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
    /// What was set aside for its answers, once they found no room beside others'.
    pub(super) roomy: Option<Roomy>,
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
        let job = Self { lane, container, memo, serving, asked, collected, roomy: None, steps: 0 };
        Ok(Some(job))
    }

    /// Takes the answers of a step.
    ///
    /// # Errors
    /// Where they all together are more than a guest could hold.
    pub(super) fn answered(&mut self, answers: Vec<Arc<egress::Response>>) -> Result<(), Fault> {
        self.collected.extend(answers);
        let limit = self.serving.connector.limits().guest_memory;
        if self.held() > limit { Err(Fault::Limit(Limit::Collected(limit))) } else { Ok(()) }
    }

    /// Bytes of the answers so far.
    pub(super) fn held(&self) -> usize {
        self.collected.iter().map(|answer| answer.body.len()).sum()
    }

    /// Lets go of all answers, as nobody will ask for them again.
    pub(super) fn let_go(&mut self) {
        self.collected.clear();
        self.roomy = None;
    }

    /// What somebody else needs to collect it as well.
    pub(super) fn shown(
        &self,
        connection: &Connection,
        settled: &Result<Step, Fault>,
    ) -> shadow::Collected {
        let Container { task, change, observed_at, .. } = &self.container;
        shadow::Collected {
            context: connection.context(task, *observed_at, *observed_at, Mode::default()),
            change: change.clone(),
            memo: self.memo.clone(),
            asked: self.asked.clone(),
            collected: self.collected.clone(),
            settled: settled.clone(),
        }
    }
}
