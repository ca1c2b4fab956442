//! Collecting: from a container with a change to one with a notification.
//!
//! A [`Collector`] is the one task that collects for a connection: lanes side by side, the
//! containers of a lane one after another, because a record's notification needs the memo of the
//! one before. It owns its guests, so their calls need no lock; while answers are on their way it
//! calls the guest for other containers.

mod asked;
mod crowded;
mod failing;
mod job;
mod lines;
mod policy;
mod trouble;
mod verdict;
mod witness;
mod work;

use std::{future, sync::Arc, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, SemaphorePermit, mpsc},
    time,
};
use tokio_util::sync::CancellationToken;

use self::{
    crowded::Roomy,
    failing::AllFailing,
    job::{Job, Waiting},
    policy::Trouble,
    work::Workshop,
};
use crate::{
    breaker::{Breaker, How},
    clock::{self, Clock},
    connection::Connection,
    connector::{Fault, Limit, Mode, Request, Step},
    deliver, egress,
    lanes::Lanes,
    model::{Container, ContainerId, Delivery, DestinationName, Filled, Pending},
    repeated::Repeated,
    status::{Status, UnderWay},
    step,
    store::{self, Fill, Store},
};

/// Fills under way beside the containers that wait for answers, for each of these.
const FILLS_A_SLOT: usize = 8;

/// Where a connection's containers are handed in. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    lines: mpsc::UnboundedSender<(Pending, UnderWay)>,
    turn: Arc<Semaphore>,
}

impl Handle {
    /// Waits for the turn to have containers numbered and to hand them in, for as long as the
    /// answer lives: of one line, none may be on its way before another with a smaller number is
    /// there.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turn.acquire().await.ok()
    }

    /// Puts a container in its lines; one that is filled goes on to those who deliver it when its
    /// turn has come. After shutdown it is dropped: the store has it.
    pub fn collect(&self, pending: Pending, under_way: UnderWay) {
        drop(self.lines.send((pending, under_way)));
    }
}

/// What a collector works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Options {
    /// The connection.
    pub connection: Arc<Connection>,
    /// Where containers are.
    pub store: Arc<dyn Store>,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Where filled containers go.
    pub deliverers: Arc<[(DestinationName, deliver::Handle)]>,
    /// Where to say how it goes.
    pub status: Status,
}

impl Options {
    /// The collector and its handle.
    pub(crate) fn build(self) -> (Collector, Handle) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let workshop = Workshop::new(Arc::clone(&self.connection), Arc::clone(&self.clock));
        let collector = Collector {
            options: self,
            inbox,
            workshop,
            lanes: Lanes::default(),
            events: FuturesUnordered::new(),
            fetching: 0,
            crowded: 0,
            breaker: Breaker::default(),
            outage: Repeated::default(),
            failing: AllFailing::default(),
        };
        (collector, Handle { lines: sender, turn: Arc::new(Semaphore::new(1)) })
    }
}

/// Collects for a connection.
pub(crate) struct Collector {
    options: Options,
    inbox: mpsc::UnboundedReceiver<(Pending, UnderWay)>,
    workshop: Workshop,
    lanes: Lanes<Waiting>,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
    /// Containers that wait for answers.
    fetching: usize,
    /// Of these, how many wait for room in memory first.
    crowded: usize,
    breaker: Breaker,
    /// Failures while the EHR fails as a whole.
    outage: Repeated,
    failing: AllFailing,
}

/// What the collector waits for.
enum Event {
    Answered(Job, Result<Vec<Arc<egress::Response>>, Arc<egress::Error>>),
    Roomy(ContainerId, Roomy),
    Filled(Job, Result<Vec<Delivery>, store::Error>),
    Judged(Job, Trouble, Result<bool, store::Error>),
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
                Some((pending, under_way)) = self.inbox.recv() => self.take(pending, under_way),
                () = wait(due) => {}
            }
        }
    }

    /// Starts as many containers as there is room for; answers how long until there is more to do.
    async fn start_jobs(&mut self) -> Option<Duration> {
        let now = self.options.clock.steady();
        self.lanes.release(now);
        self.pass_on();
        while self.has_room(now) {
            let Some(id) = self.next(now) else { break };
            self.start_job(id, None).await;
            self.pass_on();
        }
        // Only now: one that was just looked at may have been held.
        let due = self.lanes.release(now);
        let paused = self.breaker.paused_at(now, self.lanes.is_new_ready());
        let paused = paused.filter(|_| self.lanes.is_ready());
        [due, paused].into_iter().flatten().min().map(|at| clock::until(now, at))
    }

    fn has_room(&self, now: Timestamp) -> bool {
        let room = self.options.connection.config.concurrency;
        let has_room =
            self.fetching < room && self.events.len() < room.saturating_mul(FILLS_A_SLOT);
        has_room && self.breaker.admits(now, true)
    }

    async fn start_job(&mut self, id: ContainerId, roomy: Option<Roomy>) {
        let Some(waiting) = self.lanes.get_mut(id) else { return };
        let last_try = waiting.failing.as_ref().is_some_and(|failing| failing.is_last_try);
        let serving = self.options.connection.service.serving();
        match Job::load(self.options.store.as_ref(), id, serving) {
            Ok(Some(job)) => {
                let mode = Mode { last_try, ..job.mode };
                let pass = Some(self.breaker.begin());
                self.advance(Job { roomy, mode, pass, ..job }).await;
            }
            Ok(None) => self.leave(id),
            Err(error) => {
                let why = error.to_string();
                self.act(id, &Trouble::Store(error), &why);
            }
        }
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Answered(mut job, answers) => {
                self.fetching -= 1;
                match answers {
                    Ok(answers) => match job.answered(answers) {
                        Ok(()) => self.advance(job).await,
                        Err(fault) => self.fault(job, Trouble::Fault(fault)),
                    },
                    Err(error) => match error.wants_room() {
                        Some(bytes) => self.crowded(job, bytes).await,
                        None => self.fault(job, Trouble::Egress(error)),
                    },
                }
            }
            Event::Roomy(id, roomy) => self.begin_anew(id, roomy).await,
            Event::Filled(job, Ok(deliveries)) => {
                step::reached("filled");
                self.hand_over(job.container.id, deliveries);
            }
            Event::Filled(mut job, Err(error)) => self.trouble(&mut job, &Trouble::Store(error)),
            Event::Judged(job, trouble, verdict) => self.judged(job, &trouble, verdict),
        }
    }

    /// Calls the connector and does what it wants done next.
    async fn advance(&mut self, mut job: Job) {
        step::reached("collecting");
        let step = self.workshop.collect(&job).await;
        self.show(&job, &step);
        // Only now that the connector has judged what the EHR answered.
        if matches!(step, Ok(Step::Notify { .. } | Step::Skip { .. })) {
            let how = if job.is_fresh { How::Well } else { How::Untold };
            self.end(&mut job, how);
            self.options.connection.service.collected(&job.container.task, &job.serving);
        }
        match step {
            Ok(Step::Fetch(requests)) => self.fetch(job, requests),
            Ok(Step::Notify { memo, .. }) if job.mode.silent => {
                self.skip(&job, "it was there before", memo);
            }
            Ok(Step::Notify { event, payload, memo }) => self.fill(job, event, payload, memo),
            Ok(Step::Skip { reason, memo }) => self.skip(&job, &reason, memo),
            Err(fault) => self.fault(job, Trouble::Fault(fault)),
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

    fn fetch(&mut self, mut job: Job, requests: Vec<Request>) {
        job.steps += 1;
        let limit = job.serving.connector.limits().collect_steps;
        if job.steps > limit {
            let fault = Fault::Limit(Limit::CollectSteps(limit));
            return self.fault(job, Trouble::Fault(fault));
        }
        job.asked.extend(requests.iter().cloned());
        let (is_sent, answers) = self.workshop.ask(&job, requests);
        job.is_fresh |= is_sent;
        self.fetching += 1;
        self.events.push(Box::pin(async move { Event::Answered(job, answers.await) }));
    }

    fn fill(&mut self, mut job: Job, event: String, payload: String, memo: Option<String>) {
        job.let_go();
        let destinations = self.options.connection.destinations(&event);
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
        self.leave(*id);
    }
}

async fn wait(due: Option<Duration>) {
    match due {
        Some(due) => time::sleep(due).await,
        None => future::pending().await,
    }
}
