//! Delivering: each destination's notifications, in order per lane and side by side over lanes,
//! tried until the destination has them or a person must look.
//!
//! A [`Deliverer`] is the one task that speaks to its destination. What it holds in memory is
//! order and times only; the notification is read from the store at every attempt.

mod attempt;
mod owed;
mod policy;
mod tell;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, future, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use jiff::Timestamp;
use tokio::{sync::mpsc, time};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(crate) use self::{attempt::Keep, owed::Owed};
use self::{
    attempt::{Attempt, Attempted},
    policy::{Decision, Moment},
};
use crate::{
    breaker::{Breaker, How, Pass, Turned},
    clock::{self, Clock},
    destination::{Destination, Outcome},
    lanes::{Lanes, TAKEN_AT_ONCE},
    model::{ContainerId, DestinationName},
    repeated::Repeated,
    schedule::backoff,
    status::Status,
    step,
    store::Store,
};

/// How long a delivery is tried where nobody said otherwise.
pub(crate) const RETRY_FOR: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Where a destination's deliveries are handed in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Handle(mpsc::UnboundedSender<Owed>);

impl Handle {
    /// Puts a delivery in its lines. After shutdown it is dropped: the store has it.
    pub(crate) fn deliver(&self, owed: Owed) {
        drop(self.0.send(owed));
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
                outage: Repeated::default(),
                alone: BTreeSet::new(),
                refused: BTreeSet::new(),
                refusal: None,
                gone: false,
            },
            Handle(sender),
        )
    }
}

/// Makes a destination's deliveries.
pub(crate) struct Deliverer {
    options: Options,
    inbox: mpsc::UnboundedReceiver<Owed>,
    lanes: Lanes<Owed>,
    attempts: FuturesUnordered<BoxFuture<'static, Attempted>>,
    breaker: Breaker,
    /// Failures while it fails as a whole.
    outage: Repeated,
    /// Those held whose failures nobody's success has told from the destination's.
    alone: BTreeSet<ContainerId>,
    /// Those that were refused and wait, and why the last of them was.
    refused: BTreeSet<ContainerId>,
    refusal: Option<String>,
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
            let pass = self.breaker.begin();
            let outcome = self.options.destination.verify().await;
            let now = self.options.clock.steady();
            if outcome == Outcome::Delivered {
                return self.end(pass, How::Well, now);
            }
            let is_worth_a_line =
                tell::why(&outcome).is_some_and(|why| self.outage.is_worth_a_line(why));
            self.tell_unproven(&outcome, is_worth_a_line);
            self.end(pass, How::FailedWhole(None), now);
            let until = self.breaker.paused_until().unwrap_or(now);
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
                Some(owed) = self.inbox.recv() => self.take(owed),
                () = wait(due) => {}
            }
        }
    }

    /// Takes one that was handed in, and many that wait behind it; not all, as after a start that
    /// may be a million, and the first may go.
    fn take(&mut self, owed: Owed) {
        self.line_up(owed);
        for _ in 0..TAKEN_AT_ONCE {
            let Ok(owed) = self.inbox.try_recv() else { break };
            self.line_up(owed);
        }
        self.tell_waiting();
    }

    fn line_up(&mut self, owed: Owed) {
        let (container, lanes, kind) = (owed.container, owed.lanes, owed.kind());
        if owed.delivery.attempts > 0 {
            self.refused.insert(container);
        }
        self.lanes.push(container, lanes, owed, kind);
    }

    /// Starts as many attempts as there is room for; answers how long until there is more to do.
    fn start_attempts(&mut self) -> Option<Duration> {
        let now = self.options.clock.steady();
        self.lanes.release(now);
        while self.has_room(now) {
            let Some(container) = self.next(now) else { break };
            self.start_attempt(container);
        }
        // Only now: one that was just looked at may have been held.
        let due = self.lanes.release(now);
        let paused = self.breaker.paused_at(now, self.lanes.is_new_ready());
        let paused = paused.filter(|_| self.lanes.is_ready());
        [due, paused].into_iter().flatten().min().map(|at| clock::until(now, at))
    }

    fn has_room(&self, now: Timestamp) -> bool {
        let is_full = self.attempts.len() >= self.options.concurrency;
        !self.gone && !is_full && self.breaker.admits(now, true)
    }

    /// Whose turn it is. What failed before takes what new ones leave, at most half of the room.
    fn next(&mut self, now: Timestamp) -> Option<ContainerId> {
        match self.breaker.is_open() {
            true => {
                let also_tried = self.breaker.admits(now, false);
                self.lanes.probe(self.options.clock.spread(), also_tried)
            }
            false => self.lanes.take(self.options.concurrency.div_ceil(2)),
        }
    }

    fn start_attempt(&mut self, container: ContainerId) {
        let now = self.options.clock.steady();
        let Some(owed) = self.lanes.get_mut(container) else { return };
        if let Some(not_before) = owed.delivery.not_before.take_if(|at| *at > now) {
            // Noted by a clock that has been set back since, it may be far away.
            let longest = clock::after(now, backoff::LONGEST_DELIVERY_WAIT);
            return self.lanes.hold(container, not_before.min(longest));
        }
        let attempt = owed.delivery.attempts + 1;
        let span =
            tracing::info_span!("delivery", destination = %self.options.name, %container, attempt);
        let (store, keep) = (self.options.store.as_ref(), self.options.keep);
        let attempt = match Attempt::of(store, owed, keep, self.options.clock.now()) {
            Ok(None) => return self.forget(container),
            Ok(Some(attempt)) => {
                let pass = self.breaker.begin();
                attempt.make(container, pass, Arc::clone(&self.options.destination)).boxed()
            }
            Err(outcome) => {
                let attempted = Attempted { container, pass: None, outcome, taken: None };
                future::ready(attempted).boxed()
            }
        };
        self.attempts.push(attempt.instrument(span).boxed());
    }

    /// The store was made to forget it, and nothing is owed any more.
    fn forget(&mut self, container: ContainerId) {
        self.lanes.done(container);
        self.tell_waiting();
    }

    /// What an outcome says of the destination as a whole.
    fn note(&mut self, outcome: &Outcome, pass: Option<Pass>, is_new: bool, now: Timestamp) {
        self.gone |= matches!(outcome, Outcome::Gone { .. });
        let how = match outcome {
            Outcome::Failed { of_it_all: true, pause, .. } => How::FailedWhole(*pause),
            Outcome::Failed { .. } => How::Failed { is_new },
            Outcome::Gone { .. } => How::Untold,
            Outcome::Delivered | Outcome::Refused { .. } => How::Well,
        };
        if let Some(pass) = pass {
            self.end(pass, how, now);
        }
    }

    fn end(&mut self, pass: Pass, how: How, now: Timestamp) {
        let turned = self.breaker.ended(pass, how, now, self.options.clock.spread());
        if how == How::Well {
            // Maybe it was down, and they were too few to tell.
            std::mem::take(&mut self.alone).into_iter().for_each(|it| self.lanes.free(it));
        }
        if turned == Some(Turned::Closed) {
            self.outage = Repeated::default();
        }
        self.tell_turned(turned);
    }

    fn settle(&mut self, Attempted { container, pass, outcome, taken }: Attempted) {
        step::reached("sent");
        let now = self.options.clock.steady();
        let is_new = self.lanes.is_new(container);
        self.note(&outcome, pass, is_new, now);
        let is_outage = pass.is_some() && self.breaker.is_open();
        let moment = Moment {
            now,
            others: self.breaker.well(),
            back: is_outage.then(|| self.breaker.paused_until().unwrap_or(now)),
            retry_for: self.options.retry_for,
            random: self.options.clock.spread(),
        };
        let Some(owed) = self.lanes.get_mut(container) else { return };
        let decision = policy::decide(&outcome, owed, &moment);
        let is_alone = owed.others == Some(moment.others);
        let repeated = if is_outage { &mut self.outage } else { &mut owed.repeated };
        let is_worth_a_line = tell::why(&outcome).is_some_and(|why| repeated.is_worth_a_line(why));
        self.tell(&outcome, &decision, container, is_worth_a_line);
        let at = self.options.clock.now();
        let taken = taken.map(|taken| taken.delivered(at));
        if let Some(settlement) = decision.settlement(at, taken) {
            self.options.store.settle(container, &self.options.name, settlement);
            step::reached("settled");
        }
        match decision {
            Decision::Keep => self.lanes.hold(container, clock::after(now, policy::KEPT_FOR)),
            // It goes on as soon as the destination does, and until then it is its turn at times.
            Decision::Retry { .. } if is_outage => self.lanes.again(container),
            Decision::Retry { not_before, .. } => {
                self.lanes.hold(container, not_before);
                self.alone.extend(is_alone.then_some(container));
            }
            Decision::Delivered | Decision::Dead { .. } => drop(self.lanes.done(container)),
        }
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
