//! What the containers of one poll share: a guest, and what was asked already.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;

use super::{asked::Asked, job::Job};
use crate::{
    config::Limits,
    connection::Connection,
    connector::{Fault, Guest, Request, Step},
    egress,
    model::TaskId,
};

/// Polls whose containers are collected at once. More take turns: an old one's guest is made anew.
const BENCHES: usize = 4;

/// The guests of a connection's collector, one a poll.
pub(super) struct Workshop {
    connection: Arc<Connection>,
    benches: Vec<Bench>,
}

struct Bench {
    task: TaskId,
    began: Timestamp,
    guest: Guest,
    asked: Asked,
}

impl Workshop {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self { connection, benches: Vec::new() }
    }

    /// Lets go of all guests, as nothing waits for one.
    pub(super) fn close(&mut self) {
        self.benches.clear();
    }

    pub(super) fn limits(&self) -> Limits {
        *self.connection.connector.limits()
    }

    /// What the connector wants done about a container.
    pub(super) async fn collect(&mut self, job: &Job) -> Result<Step, Fault> {
        let bench = self.bench(job).await?;
        bench.guest.collect(&job.container.change, job.memo.as_deref(), &job.collected).await
    }

    /// The answers to requests about a container.
    pub(super) async fn ask(
        &mut self,
        job: &Job,
        requests: Vec<Request>,
    ) -> Result<
        impl Future<Output = Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>> + Send + use<>,
        Fault,
    > {
        let client = self.connection.client.clone();
        Ok(self.bench(job).await?.asked.ask(&client, requests))
    }

    async fn bench(&mut self, job: &Job) -> Result<&mut Bench, Fault> {
        let (task, began) = (&job.container.task, job.container.observed_at);
        let found =
            self.benches.iter().position(|bench| bench.task == *task && bench.began == began);
        let at = match found {
            Some(at) => at,
            None => self.add(task.clone(), began).await?,
        };
        self.benches.get_mut(at).ok_or_else(|| Fault::Start("its guest is gone".into()))
    }

    async fn add(&mut self, task: TaskId, began: Timestamp) -> Result<usize, Fault> {
        if self.benches.len() >= BENCHES {
            self.benches.remove(0);
        }
        let context = self.connection.context(&task, began, began, false);
        let guest =
            Guest::new(&self.connection.connector, &context, self.connection.connector_log).await?;
        self.benches.push(Bench { task, began, guest, asked: Asked::default() });
        Ok(self.benches.len() - 1)
    }
}
