//! A container that is being collected.

use std::sync::Arc;

use super::{crowded::Roomy, failing::Failing};
use crate::{
    breaker::Pass,
    connection::Connection,
    connector::{Fault, Limit, Mode, Request, Step},
    egress, identity,
    model::{Container, ContainerId, Delivery, Lane},
    service::Serving,
    shadow,
    status::UnderWay,
    store::{Error, Store},
};

/// A container in line.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The lines that it waits in.
    pub(super) lanes: [Lane; 2],
    /// To whom it goes on, where it is filled already.
    pub(super) owed: Vec<Delivery>,
    /// How it stands, once collecting it failed.
    pub(super) failing: Option<Box<Failing>>,
    _under_way: UnderWay,
}

impl Waiting {
    pub(super) fn new(lanes: [Lane; 2], owed: Vec<Delivery>, under_way: UnderWay) -> Self {
        Self { lanes, owed, failing: None, _under_way: under_way }
    }
}

/// A container whose collecting has begun.
pub(super) struct Job {
    pub(super) container: Container,
    pub(super) memo: Option<String>,
    /// What it is collected with, to its end.
    pub(super) serving: Serving,
    /// What is asked of the connector beyond the usual.
    pub(super) mode: Mode,
    /// What the EHR's health is told of it by, until that is told.
    pub(super) pass: Option<Pass>,
    /// Whether anything was sent for it, rather than answered before.
    pub(super) is_fresh: bool,
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
        id: ContainerId,
        serving: Serving,
    ) -> Result<Option<Self>, Error> {
        let Some(container) = store.container(id)? else { return Ok(None) };
        let memo = store.memo(
            &container.task.connection,
            identity::record(&container.task, &container.change.id),
        )?;
        let silent = container.silent;
        Ok(Some(Self {
            container,
            memo,
            serving,
            mode: Mode { silent, ..Mode::default() },
            pass: None,
            is_fresh: false,
            asked: Vec::new(),
            collected: Vec::new(),
            roomy: None,
            steps: 0,
        }))
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

    /// What was asked and answered so far.
    pub(super) fn heard(&self) -> impl Iterator<Item = (&Request, &Arc<egress::Response>)> {
        self.asked.iter().zip(&self.collected)
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
            context: connection.context(task, *observed_at, *observed_at, self.mode),
            change: change.clone(),
            memo: self.memo.clone(),
            asked: self.asked.clone(),
            collected: self.collected.clone(),
            settled: settled.clone(),
        }
    }
}
