//! What the containers of one poll share: a guest, and what was asked already.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;

use super::{asked::Asked, job::Job};
use crate::{
    connection::Connection,
    connector::{Connector, Fault, Guest, Mode, Request, Step},
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
    digest: String,
    guest: Guest,
    asked: Asked,
}

impl Bench {
    fn is_for(&self, job: &Job) -> bool {
        let (task, began) = (&job.container.task, job.container.observed_at);
        let digest = job.serving.connector.digest();
        self.task == *task && self.began == began && self.digest == digest
    }
}

impl Workshop {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self { connection, benches: Vec::new() }
    }

    /// Lets go of all guests, as nothing waits for one.
    pub(super) fn close(&mut self) {
        self.benches.clear();
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
        let connector = &job.serving.connector;
        // What has room of its own shares nothing: it waits for nobody who may find none.
        if let Some(roomy) = &job.roomy {
            return Ok(Asked::default().ask(&roomy.client(connector), requests));
        }
        let client = self.connection.client(connector);
        Ok(self.bench(job).await?.asked.ask(&client, requests))
    }

    /// Lets go of all answers that are kept for equal requests.
    pub(super) fn forget_all(&mut self) {
        self.benches.iter_mut().for_each(|bench| bench.asked = Asked::default());
    }

    /// Lets go of what was answered about a container that could not be collected.
    pub(super) fn forget(&mut self, job: &Job) {
        for bench in self.benches.iter_mut().filter(|bench| bench.is_for(job)) {
            bench.asked.forget(&job.asked);
        }
    }

    async fn bench(&mut self, job: &Job) -> Result<&mut Bench, Fault> {
        let (task, began) = (&job.container.task, job.container.observed_at);
        let connector = &job.serving.connector;
        let found = self.benches.iter().position(|bench| bench.is_for(job));
        let at = match found {
            Some(at) => at,
            None => self.add(connector, task.clone(), began).await?,
        };
        self.benches.get_mut(at).ok_or_else(|| Fault::Start("its guest is gone".into()))
    }

    async fn add(
        &mut self,
        connector: &Connector,
        task: TaskId,
        began: Timestamp,
    ) -> Result<usize, Fault> {
        if self.benches.len() >= BENCHES {
            self.benches.remove(0);
        }
        // Who waits for a guest holds none: others may be waiting for these.
        if !connector.has_room() {
            self.benches.clear();
        }
        let context = self.connection.context(&task, began, began, Mode::default());
        let guest = Guest::new(connector, &context, self.connection.connector_log).await?;
        let (digest, asked) = (connector.digest().to_owned(), Asked::default());
        self.benches.push(Bench { task, began, digest, guest, asked });
        Ok(self.benches.len() - 1)
    }
}
