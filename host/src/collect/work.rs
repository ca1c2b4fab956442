//! What containers share: those of one poll a guest, and all what was asked already.

use std::{collections::HashMap, future::Future, sync::Arc};

use jiff::Timestamp;

use super::{
    asked::{Answers, Asked, Since},
    job::Job,
};
use crate::{
    clock::Clock,
    connection::Connection,
    connector::{Fault, Guest, Mode, Request, Step},
    model::TaskId,
};

/// Polls whose containers are collected at once. More take turns: an old one's guest is made anew.
const BENCHES: usize = 4;

/// The guests of a connection's collector, one a poll.
pub(super) struct Workshop {
    connection: Arc<Connection>,
    clock: Arc<dyn Clock>,
    benches: Vec<Bench>,
    /// What was asked, by the digest of the connector that wanted it.
    asked: HashMap<String, Asked>,
}

struct Bench {
    task: TaskId,
    began: Timestamp,
    digest: String,
    mode: Mode,
    guest: Guest,
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
    pub(super) fn new(connection: Arc<Connection>, clock: Arc<dyn Clock>) -> Self {
        Self { connection, clock, benches: Vec::new(), asked: HashMap::new() }
    }

    /// Lets go of all guests and answers, as nothing waits for one.
    pub(super) fn close(&mut self) {
        self.benches.clear();
        self.asked.clear();
    }

    /// What the connector wants done about a container.
    pub(super) async fn collect(&mut self, job: &Job) -> Result<Step, Fault> {
        let bench = self.bench(job).await?;
        bench.guest.collect(&job.container.change, job.memo.as_deref(), &job.collected).await
    }

    /// The answers to requests about a container, and whether any of them was sent for it.
    pub(super) fn ask(
        &mut self,
        job: &Job,
        requests: Vec<Request>,
    ) -> (bool, impl Future<Output = Answers> + Send + use<>) {
        let connector = &job.serving.connector;
        let since = Since { found: job.container.observed_at, now: self.clock.now() };
        // What has room of its own shares nothing: it waits for nobody who may find none.
        if let Some(roomy) = &job.roomy {
            return Asked::default().ask(&roomy.client(connector), requests, since);
        }
        let client = self.connection.client(connector);
        let asked = self.asked.entry(connector.digest().to_owned()).or_default();
        asked.ask(&client, requests, since)
    }

    /// Lets go of all answers that are kept for equal requests.
    pub(super) fn forget_all(&mut self) {
        self.asked.clear();
    }

    /// Lets go of what was answered about a container that could not be collected.
    pub(super) fn forget(&mut self, job: &Job) {
        if let Some(asked) = self.asked.get_mut(job.serving.connector.digest()) {
            asked.forget(&job.asked);
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
        let digest = connector.digest().to_owned();
        self.benches.push(Bench { task, began, digest, mode, guest });
        Ok(())
    }
}
