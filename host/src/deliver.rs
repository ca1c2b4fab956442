//! Delivering: each destination's notifications, in order per lane and side by side over lanes,
//! tried until the destination has them or a person must look.
//!
//! A [`Deliverer`] is the one task that speaks to its destination. What it holds in memory is
//! order and times only; the notification is read from the store at every attempt.

mod attempt;
mod policy;

use std::{future, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(crate) use self::attempt::Keep;
use self::{
    attempt::{Attempt, Attempted},
    policy::Decision,
};
use crate::{
    breaker::Breaker,
    clock::{self, Clock},
    destination::{Destination, Outcome},
    lanes::{Lanes, TAKEN_AT_ONCE},
    model::{ContainerId, Delivery, DestinationName, Lane},
    schedule::backoff,
    status::{Status, UnderWay},
    step,
    store::Store,
};

/// How long a delivery is tried where nobody said otherwise.
pub(crate) const RETRY_FOR: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// A delivery that waits for its turn.
pub(crate) struct Owed {
    /// Its container.
    pub container: ContainerId,
    /// Its state on disk.
    pub delivery: Delivery,
    /// Counts in its connection's backlog as long as it waits here.
    #[expect(dead_code, reason = "kept for its drop")]
    pub under_way: UnderWay,
}

/// Where a destination's deliveries are handed in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Handle(mpsc::UnboundedSender<(Lane, Owed)>);

impl Handle {
    /// Puts a delivery at its lane's end. After shutdown it is dropped: the store has it.
    pub(crate) fn deliver(&self, lane: Lane, owed: Owed) {
        drop(self.0.send((lane, owed)));
    }
}

/// What a deliverer works with.
pub(crate) struct Options {
    /// The destination's name.
    pub name: DestinationName,
    /// The destination.
    pub destination: Arc<dyn Destination>,
    /// Attempts at once.
    pub concurrency: usize,
    /// How long after its first attempt a delivery is tried again.
    pub retry_for: Duration,
    /// What is kept of a delivery that is done.
    pub keep: Keep,
    /// How long attempts under way may take once the host stops.
    pub grace: Duration,
    /// Where notifications are.
    pub store: Arc<dyn Store>,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Where to say how it goes.
    pub status: Status,
}

impl Options {
    /// The deliverer and its handle.
    pub(crate) fn build(self) -> (Deliverer, Handle) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let (lanes, attempts) = (Lanes::default(), FuturesUnordered::new());
        (
            Deliverer {
                options: self,
                inbox,
                lanes,
                attempts,
                breaker: Breaker::default(),
                gone: false,
            },
            Handle(sender),
        )
    }
}

/// Makes a destination's deliveries.
pub(crate) struct Deliverer {
    options: Options,
    inbox: mpsc::UnboundedReceiver<(Lane, Owed)>,
    lanes: Lanes<Owed>,
    attempts: FuturesUnordered<BoxFuture<'static, Attempted>>,
    breaker: Breaker,
    gone: bool,
}

impl Deliverer {
    /// Delivers until the host stops, then lets the attempts under way end for as long as the
    /// grace lasts. What is not settled by then is tried again after the next start.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        if shutdown.run_until_cancelled(self.verify()).await.is_some() {
            shutdown.run_until_cancelled(self.work()).await;
        }
        let grace = self.options.grace;
        if time::timeout(grace, self.finish_attempts()).await.is_err() {
            tracing::warn!(destination = %self.options.name, "attempts under way were cut off; they are made again after the next start");
        }
    }

    /// Proves the destination before its first attempt, later and later where it does not answer.
    async fn verify(&mut self) {
        loop {
            let outcome = self.options.destination.verify().await;
            if outcome == Outcome::Delivered {
                return self.breaker.answered();
            }
            let now = self.options.clock.steady();
            self.say_failed(&outcome);
            let until = self.breaker.failed(now, None, self.options.clock.spread());
            time::sleep(clock::until(now, until)).await;
        }
    }

    async fn work(&mut self) {
        loop {
            let due = self.start_attempts();
            // In this order, so that a simulation finds the same order again.
            tokio::select! {
                biased;
                Some(attempted) = self.attempts.next(), if !self.attempts.is_empty() => self.settle(attempted),
                Some((lane, owed)) = self.inbox.recv() => self.take(lane, owed),
                () = wait(due) => {}
            }
        }
    }

    /// Takes one that was handed in, and many that wait behind it; not all, as after a start that
    /// may be a million, and the first may go.
    fn take(&mut self, lane: Lane, owed: Owed) {
        self.lanes.push(lane, owed);
        for _ in 0..TAKEN_AT_ONCE {
            let Ok((lane, owed)) = self.inbox.try_recv() else { break };
            self.lanes.push(lane, owed);
        }
        let waiting = self.lanes.len();
        self.options.status.destination(&self.options.name, |it| it.waiting = waiting);
    }

    /// Starts as many attempts as there is room for; answers how long until there is more to do.
    fn start_attempts(&mut self) -> Option<Duration> {
        let now = self.options.clock.steady();
        self.lanes.release(now);
        while self.attempts.len() < self.room(now) {
            let Some(lane) = self.lanes.take() else { break };
            self.start_attempt(lane);
        }
        // Only now: a lane that was just looked at may have been held.
        let due = self.lanes.release(now);
        let paused = self.breaker.paused_at(now).filter(|_| self.lanes.is_ready());
        [due, paused].into_iter().flatten().min().map(|at| clock::until(now, at))
    }

    fn start_attempt(&mut self, lane: Lane) {
        let now = self.options.clock.steady();
        let Some(owed) = self.lanes.first_mut(lane) else { return };
        if let Some(not_before) = owed.delivery.not_before.take_if(|at| *at > now) {
            // Noted by a clock that has been set back since, it may be far away.
            let longest = clock::after(now, backoff::LONGEST_DELIVERY_WAIT);
            return self.lanes.hold(lane, not_before.min(longest));
        }
        let (container, attempt) = (owed.container, owed.delivery.attempts + 1);
        let span =
            tracing::info_span!("delivery", destination = %self.options.name, %container, attempt);
        let (store, keep) = (self.options.store.as_ref(), self.options.keep);
        let attempt = match Attempt::of(store, owed, keep, self.options.clock.now()) {
            Ok(None) => return self.forget(lane),
            Ok(Some(attempt)) => attempt.make(lane, Arc::clone(&self.options.destination)).boxed(),
            Err(outcome) => future::ready(Attempted { lane, outcome, taken: None }).boxed(),
        };
        self.attempts.push(attempt.instrument(span).boxed());
    }

    /// The store was made to forget it, and nothing is owed any more.
    fn forget(&mut self, lane: Lane) {
        self.lanes.done(lane);
        let waiting = self.lanes.len();
        self.options.status.destination(&self.options.name, |it| it.waiting = waiting);
    }

    fn room(&self, now: Timestamp) -> usize {
        if self.gone { 0 } else { self.breaker.room(now, self.options.concurrency) }
    }

    /// What an outcome says of the destination as a whole; answers until when it is left alone.
    fn note(&mut self, outcome: &Outcome, now: Timestamp) -> Option<Timestamp> {
        match outcome {
            Outcome::Failed { of_it_all: true, pause, .. } => {
                return Some(self.breaker.failed(now, *pause, self.options.clock.spread()));
            }
            Outcome::Gone { .. } => self.gone = true,
            Outcome::Delivered | Outcome::Failed { .. } | Outcome::Refused { .. } => {
                self.breaker.answered()
            }
        }
        None
    }

    fn settle(&mut self, Attempted { lane, outcome, taken }: Attempted) {
        step::reached("sent");
        let now = self.options.clock.steady();
        let until = self.note(&outcome, now);
        let Some(owed) = self.lanes.first_mut(lane) else { return };
        let decision = policy::decide(
            &outcome,
            &mut owed.delivery,
            now,
            until,
            self.options.retry_for,
            self.options.clock.spread(),
        );
        let container = owed.container;
        self.say(&outcome, &decision, container);
        let at = self.options.clock.now();
        let taken = taken.map(|taken| taken.delivered(at));
        if let Some(settlement) = decision.settlement(at, taken) {
            self.options.store.settle(container, &self.options.name, settlement);
            step::reached("settled");
        }
        match decision {
            Decision::Keep => self.lanes.hold(lane, clock::after(now, policy::KEPT_FOR)),
            Decision::Retry { not_before, .. } => self.lanes.hold(lane, not_before),
            Decision::Delivered | Decision::Dead { .. } => drop(self.lanes.done(lane)),
        }
    }

    fn say(&self, outcome: &Outcome, decision: &Decision, container: ContainerId) {
        let (destination, waiting) = (&self.options.name, self.lanes.len());
        match decision {
            Decision::Delivered => tracing::debug!(%destination, %container, "delivered"),
            Decision::Retry { not_before, .. } => {
                tracing::info!(%destination, %container, %not_before, "will be tried again")
            }
            Decision::Dead { reason } => {
                tracing::error!(%destination, %container, reason, "became a dead letter; see `rounds dead list`")
            }
            Decision::Keep => {}
        }
        let paused_until = self.breaker.paused_until();
        let disabled = self.gone;
        self.options.status.destination(destination, |it| {
            it.waiting = waiting.saturating_sub(usize::from(matches!(
                decision,
                Decision::Delivered | Decision::Dead { .. }
            )));
            it.delivered += u64::from(*decision == Decision::Delivered);
            it.dead += u64::from(matches!(decision, Decision::Dead { .. }));
            (it.paused_until, it.disabled) = (paused_until, disabled);
        });
        self.say_failed(outcome);
    }

    fn say_failed(&self, outcome: &Outcome) {
        let destination = &self.options.name;
        let why = match outcome {
            Outcome::Delivered => None,
            Outcome::Gone { why } => {
                tracing::error!(%destination, why, "wants no more and is disabled; its deliveries are kept, and go on after a restart");
                Some(why.clone())
            }
            Outcome::Failed { why, .. } | Outcome::Refused { why } => {
                tracing::warn!(%destination, why, "attempt failed");
                Some(why.clone())
            }
        };
        self.options.status.destination(destination, |it| {
            it.failed += u64::from(why.is_some());
            it.error = why;
        });
    }

    async fn finish_attempts(&mut self) {
        while let Some(attempted) = self.attempts.next().await {
            self.settle(attempted);
        }
    }
}

async fn wait(due: Option<Duration>) {
    match due {
        Some(due) => time::sleep(due).await,
        None => future::pending().await,
    }
}
