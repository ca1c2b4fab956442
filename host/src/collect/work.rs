//! What the containers of one poll share: a guest, and what was asked already.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;

use super::{
    asked::{Answers, Asked},
    job::Job,
};
use crate::{
    connection::Connection,
    connector::{Fault, Guest, Mode, Request, Step},
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
    mode: Mode,
    guest: Guest,
    asked: Asked,
}

impl Bench {
    fn is_for(&self, job: &Job) -> bool {
        let (task, began) = (&job.container.task, job.container.observed_at);
        let digest = job.serving.connector.digest();
        let is_alike = self.digest == digest && self.mode == job.mode;
        self.task == *task && self.began == began && is_alike
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

    /// The answers to requests about a container, and whether any of them was sent for it.
    pub(super) async fn ask(
        &mut self,
        job: &Job,
        requests: Vec<Request>,
    ) -> Result<(bool, impl Future<Output = Answers> + Send + use<>), Fault> {
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
        // Those that were used last stay longest, also where many polls of before are tried again.
        let found = self.benches.iter().position(|bench| bench.is_for(job));
        match found {
            Some(at) => {
                let bench = self.benches.remove(at);
                self.benches.push(bench);
            }
            None => self.add(job).await?,
        }
        self.benches.last_mut().ok_or_else(|| Fault::Start("its guest is gone".into()))
    }

    async fn add(&mut self, job: &Job) -> Result<(), Fault> {
        let (task, began) = (job.container.task.clone(), job.container.observed_at);
        let (connector, mode) = (&job.serving.connector, job.mode);
        if self.benches.len() >= BENCHES {
            self.benches.remove(0);
        }
        // Who waits for a guest holds none: others may be waiting for these.
        if !connector.has_room() {
            self.benches.clear();
        }
        let context = self.connection.context(&task, began, began, mode);
        let guest = Guest::new(connector, &context, self.connection.connector_log).await?;
        let (digest, asked) = (connector.digest().to_owned(), Asked::default());
        self.benches.push(Bench { task, began, digest, mode, guest, asked });
        Ok(())
    }
}
