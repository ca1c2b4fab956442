//! Collecting: from a container with a change to one with a notification.
//!
//! A [`Collector`] is the one task that collects for a connection: lanes side by side, the
//! containers of a lane one after another, because a record's notification needs the memo of the
//! one before. It owns its guests, so their calls need no lock; while answers are on their way it
//! calls the guest for other containers.

mod asked;
mod crowded;
mod job;
mod policy;
mod verdict;
mod work;

use std::{future, sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;

use self::{
    crowded::Roomy,
    job::{Job, Waiting},
    policy::{Decision, Trouble},
    work::Workshop,
};
use crate::{
    breaker::Breaker,
    clock::{self, Clock},
    connection::Connection,
    connector::{Connector, Fault, Limit, Request, Step},
    deliver::{self, Owed},
    egress,
    lanes::{Lanes, TAKEN_AT_ONCE},
    model::{Container, ContainerId, Delivery, DestinationName, Filled, Lane},
    status::UnderWay,
    step,
    store::{Fill, Store},
};

/// Fills under way beside the containers that wait for answers, for each of these.
const FILLS_A_SLOT: usize = 8;

/// Where a connection's containers are handed in. Cheap to clone.
#[derive(Clone)]
pub struct Handle(mpsc::UnboundedSender<(Lane, Waiting)>);

impl Handle {
    /// Puts a container at its lane's end. After shutdown it is dropped: the store has it.
    pub fn collect(&self, lane: Lane, container: ContainerId, under_way: UnderWay) {
        drop(self.0.send((lane, Waiting::new(container, under_way))));
    }
}

/// What a collector works with.
pub(crate) struct Options {
    /// The connection.
    pub connection: Arc<Connection>,
    /// Where containers are.
    pub store: Arc<dyn Store>,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Where filled containers go.
    pub deliverers: Arc<[(DestinationName, deliver::Handle)]>,
}

impl Options {
    /// The collector and its handle.
    pub(crate) fn build(self) -> (Collector, Handle) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let workshop = Workshop::new(Arc::clone(&self.connection));
        let collector = Collector {
            options: self,
            inbox,
            workshop,
            lanes: Lanes::default(),
            events: FuturesUnordered::new(),
            fetching: 0,
            crowded: 0,
            breaker: Breaker::default(),
        };
        (collector, Handle(sender))
    }
}

/// Collects for a connection.
pub(crate) struct Collector {
    options: Options,
    inbox: mpsc::UnboundedReceiver<(Lane, Waiting)>,
    workshop: Workshop,
    lanes: Lanes<Waiting>,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
    /// Containers that wait for answers.
    fetching: usize,
    /// Of these, how many wait for room in memory first.
    crowded: usize,
    breaker: Breaker,
}

/// What the collector waits for.
enum Event {
    Answered(Job, Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>),
    Roomy(Lane, Roomy),
    Filled(Job, Result<Vec<Delivery>, crate::store::Error>),
}

impl Collector {
    /// Collects until the host stops. What is not filled by then is collected after the next start.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        loop {
            let due = self.start_jobs().await;
            if self.is_idle() {
                self.workshop.close();
            } else if self.options.connection.way.is_short_of_room() {
                self.workshop.forget_all();
            }
            // In this order, so that a simulation finds the same order again.
            tokio::select! {
                biased;
                Some(event) = self.events.next(), if !self.events.is_empty() => self.handle(event).await,
                Some((lane, waiting)) = self.inbox.recv() => self.take(lane, waiting),
                () = wait(due) => {}
            }
        }
    }

    /// Takes one that was handed in, and many that wait behind it; not all, as the first may go.
    fn take(&mut self, lane: Lane, waiting: Waiting) {
        self.lanes.push(lane, waiting);
        for _ in 0..TAKEN_AT_ONCE {
            let Ok((lane, waiting)) = self.inbox.try_recv() else { break };
            self.lanes.push(lane, waiting);
        }
    }

    /// Starts as many containers as there is room for; answers how long until there is more to do.
    async fn start_jobs(&mut self) -> Option<Duration> {
        let now = self.options.clock.steady();
        self.lanes.release(now);
        while self.has_room(now) {
            let Some(lane) = self.lanes.take() else { break };
            self.start_job(lane, None).await;
        }
        // Only now: a lane that was just looked at may have been held.
        let due = self.lanes.release(now);
        let paused = self.breaker.paused_at(now).filter(|_| self.lanes.is_ready());
        [due, paused].into_iter().flatten().min().map(|at| clock::until(now, at))
    }

    fn has_room(&self, now: Timestamp) -> bool {
        let room = self.breaker.room(now, self.options.connection.config.concurrency);
        self.fetching < room && self.events.len() < room.saturating_mul(FILLS_A_SLOT)
    }

    async fn start_job(&mut self, lane: Lane, roomy: Option<Roomy>) {
        let Some(waiting) = self.lanes.first_mut(lane) else { return };
        let serving = self.options.connection.service.serving();
        match Job::load(self.options.store.as_ref(), lane, waiting.container, serving) {
            Ok(Some(job)) => self.advance(Job { roomy, ..job }).await,
            Ok(None) => drop(self.lanes.done(lane)),
            Err(error) => self.trouble(lane, None, &Trouble::Store(error)),
        }
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Answered(mut job, answers) => {
                self.fetching -= 1;
                match answers {
                    Ok(answers) => {
                        self.breaker.answered();
                        match job.answered(answers) {
                            Ok(()) => self.advance(job).await,
                            Err(fault) => self.fault(job, Trouble::Fault(fault)).await,
                        }
                    }
                    Err(error) => match error.wants_room() {
                        Some(bytes) => self.crowded(job, bytes).await,
                        None => self.fault(job, Trouble::Egress(error)).await,
                    },
                }
            }
            Event::Roomy(lane, roomy) => self.begin_anew(lane, roomy).await,
            Event::Filled(job, Ok(deliveries)) => self.hand_over(&job, deliveries),
            Event::Filled(job, Err(error)) => {
                self.trouble(job.lane, None, &Trouble::Store(error));
            }
        }
    }

    /// Calls the connector and does what it wants done next.
    async fn advance(&mut self, job: Job) {
        step::reached("collecting");
        let step = self.workshop.collect(&job).await;
        self.show(&job, &step);
        match step {
            Ok(Step::Fetch(requests)) => self.fetch(job, requests).await,
            Ok(Step::Notify { event, payload, memo }) => self.fill(job, event, payload, memo),
            Ok(Step::Skip { reason, memo }) => self.skip(&job, &reason, memo),
            Err(fault) => self.fault(job, Trouble::Fault(fault)).await,
        }
    }

    /// Has what may follow the connector map the same change, in its own time.
    fn show(&self, job: &Job, step: &Result<Step, Fault>) {
        let connection = &self.options.connection;
        let is_settled = !matches!(step, Ok(Step::Fetch(_)));
        let watching = is_settled.then(|| connection.shadow.watching(&job.serving.connector));
        if let Some(watching) = watching.flatten() {
            watching.collected(job.shown(connection, step));
        }
    }

    async fn fetch(&mut self, mut job: Job, requests: Vec<Request>) {
        job.steps += 1;
        let limit = job.serving.connector.limits().collect_steps;
        if job.steps > limit {
            let fault = Fault::Limit(Limit::CollectSteps(limit));
            return self.fault(job, Trouble::Fault(fault)).await;
        }
        job.asked.extend(requests.iter().cloned());
        match self.workshop.ask(&job, requests).await {
            Ok(answers) => {
                self.fetching += 1;
                self.events.push(Box::pin(async move { Event::Answered(job, answers.await) }));
            }
            Err(fault) => self.fault(job, Trouble::Fault(fault)).await,
        }
    }

    fn fill(&mut self, mut job: Job, event: String, payload: String, memo: Option<String>) {
        job.let_go();
        // Of what nobody is to hear, a memo is all that stays.
        let destinations = match job.container.silent {
            true => Vec::new(),
            false => self.options.connection.destinations(&event),
        };
        let connector = job.serving.connector.manifest().label();
        let filled = Filled { event, payload, connector, at: self.options.clock.now() };
        let fill = Fill { container: job.container.id, filled, memo, destinations };
        let store = Arc::clone(&self.options.store);
        self.events.push(Box::pin(async move {
            let deliveries = store.fill(fill).await;
            Event::Filled(job, deliveries)
        }));
    }

    fn skip(&mut self, job: &Job, reason: &str, memo: Option<String>) {
        let Container { id, task, .. } = &job.container;
        tracing::debug!(%task, container = %id, reason, "skipped");
        self.options.store.skip(*id, memo);
        self.lanes.done(job.lane);
    }

    fn hand_over(&mut self, job: &Job, deliveries: Vec<Delivery>) {
        step::reached("filled");
        let container = job.container.id;
        for delivery in deliveries {
            let deliverer =
                self.options.deliverers.iter().find(|(name, _)| *name == delivery.destination);
            if let Some((_, handle)) = deliverer {
                let under_way = self.options.connection.backlog.enter();
                handle.deliver(job.lane, Owed { container, delivery, under_way });
            }
        }
        self.lanes.done(job.lane);
    }

    /// A container could not be collected. Where that was a connector's fault which is not in
    /// service any more, or is not from now on, it is collected again with what is.
    async fn fault(&mut self, job: Job, trouble: Trouble) {
        // Also what is still on its way: nobody waits for that any more, and it would keep its turn.
        self.workshop.forget(&job);
        match verdict::judge(&self.options, &job, &trouble).await {
            Ok(true) => self.lanes.hold(job.lane, self.options.clock.steady()),
            Ok(false) => self.trouble(job.lane, Some(&job.serving.connector), &trouble),
            Err(error) => self.trouble(job.lane, None, &Trouble::Store(error)),
        }
    }

    fn trouble(&mut self, lane: Lane, connector: Option<&Connector>, trouble: &Trouble) {
        let now = self.options.clock.steady();
        let paused_until = trouble
            .of_it_all()
            .then(|| self.breaker.failed(now, trouble.pause(), self.options.clock.spread()));
        let Some(waiting) = self.lanes.first_mut(lane) else { return };
        let (connection, container) = (&self.options.connection.config.name, waiting.container);
        let error = match (trouble, connector) {
            (Trouble::Fault(fault), Some(connector)) if fault.is_the_connectors() => {
                self.options.connection.blame(connector, fault)
            }
            (trouble, _) => trouble.to_string(),
        };
        match policy::decide(trouble, waiting, now, paused_until, self.options.clock.spread()) {
            Decision::Again(at) => {
                tracing::warn!(%connection, %container, not_before = %at, error, "could not be collected; will be tried again");
                self.lanes.hold(lane, at);
            }
            Decision::Bury(reason) => {
                tracing::error!(%connection, %container, reason, "could not be collected and became a dead letter; see `rounds dead list`");
                self.options.store.bury(container, reason, now);
                self.lanes.done(lane);
            }
        }
    }
}

async fn wait(due: Option<Duration>) {
    match due {
        Some(due) => time::sleep(due).await,
        None => future::pending().await,
    }
}
