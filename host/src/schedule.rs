//! When: each task on its cadence, one run at a time.
//!
//! Starts are spread over the interval, a tick that comes while a run goes on is skipped, and
//! after a failure the next run waits longer and longer. What is due is decided by the host's
//! steady clock at every wake-up: a clock that was set forward is noticed within half a minute,
//! and one that was set back keeps nobody waiting. Cron lines are looked up on the wall's.

pub mod backoff;
pub mod cadence;
pub mod cron;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc},
    time,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    backoff::backoff,
    cadence::{Cadence, Seeds},
};
use crate::{
    clock::{self, Clock},
    model::TaskId,
};

/// The longest time between two looks at the clock.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
const FIRST_BACKOFF: Duration = Duration::from_secs(30);
const LONGEST_BACKOFF: Duration = Duration::from_secs(15 * 60);
const LONGEST_BACKOFF_INTERVALS: u32 = 10;
const SHORTEST_CAP: Duration = Duration::from_secs(10);

/// What is run when it is due.
#[async_trait]
pub trait Run: Send + Sync + 'static {
    /// Runs once; `due` is when it should have started.
    async fn run(&self, due: Timestamp) -> Outcome;

    /// Hears when it runs next; `None` is not until a person wakes it.
    fn planned(&self, next: Option<Timestamp>);
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All went well: at the next tick.
    Done,
    /// All went well so far, and it goes on after a rest.
    More(Duration),
    /// It failed: later and later, as far as it came no further.
    Failed(Reached),
    /// It failed and knows when to come again.
    After(Duration),
    /// It cannot go on until a person has changed something.
    Stop,
}

/// How far a run came that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Whether the next one starts further on: it is the first to fail from there.
    pub further: bool,
    /// Whether it came to the end of what there is, and failed at what is only looked at again: the
    /// next one is no later than usual.
    pub end: bool,
}

/// A task of the scheduler's.
pub struct Entry {
    /// Which.
    pub id: TaskId,
    /// When it runs.
    pub cadence: Cadence,
    /// When it ran last, maybe before a restart.
    pub last_run: Option<Timestamp>,
    /// What runs.
    pub run: Arc<dyn Run>,
}

/// Wakes tasks. Cheap to clone.
#[derive(Clone)]
pub struct Handle(mpsc::UnboundedSender<TaskId>);

impl Handle {
    /// Has a task run now, also one that stopped. While it runs, it runs once more.
    pub fn wake(&self, task: TaskId) {
        drop(self.0.send(task));
    }
}

/// What a scheduler works with.
pub struct Options {
    /// All that is to run.
    pub entries: Vec<Entry>,
    /// Runs at once.
    pub concurrency: usize,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Where runs are tracked, so that a shutdown waits for them.
    pub tracker: TaskTracker,
}

impl Options {
    /// The scheduler and its handle.
    pub fn build(self) -> (Scheduler, Handle) {
        let (sender, woken) = mpsc::unbounded_channel();
        let (finish, finished) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(self.concurrency));
        let now = self.clock.steady();
        let names =
            self.entries.iter().enumerate().map(|(at, entry)| (entry.id.clone(), at)).collect();
        let planned: Vec<_> =
            self.entries.into_iter().map(|entry| Planned::new(entry, now)).collect();
        let due = planned.iter().enumerate().map(|(at, it)| Reverse((it.due, at))).collect();
        let (clock, tracker) = (self.clock, self.tracker);
        let (running, again) = (HashSet::new(), HashSet::new());
        let scheduler = Scheduler {
            planned,
            names,
            due,
            running,
            again,
            room,
            clock,
            tracker,
            woken,
            finish,
            finished,
        };
        (scheduler, Handle(sender))
    }
}

struct Planned {
    entry: Entry,
    seed: u64,
    due: Timestamp,
    failures: u32,
}

impl Planned {
    fn new(entry: Entry, now: Timestamp) -> Self {
        let seeds = Seeds::of(&entry.id);
        let due = entry.cadence.due_at_start(entry.last_run, now, seeds);
        entry.run.planned(Some(due));
        Self { entry, seed: seeds.task, due, failures: 0 }
    }

    /// The first wait after failures, and the longest: some intervals, within sensible bounds.
    fn waits(&self) -> (Duration, Duration) {
        let period = self.entry.cadence.fastest_period();
        let longest = period.saturating_mul(LONGEST_BACKOFF_INTERVALS);
        (FIRST_BACKOFF.min(period), longest.clamp(SHORTEST_CAP, LONGEST_BACKOFF))
    }

    /// When it runs next, after an outcome.
    fn next(&mut self, outcome: Outcome, clock: &dyn Clock) -> Option<Timestamp> {
        let now = clock.steady();
        self.failures = match outcome {
            Outcome::Done | Outcome::More(_) => 0,
            Outcome::Failed(Reached { further: true, end: false }) => 1,
            Outcome::Failed(_) | Outcome::After(_) | Outcome::Stop => {
                self.failures.saturating_add(1)
            }
        };
        let (base, cap) = self.waits();
        match outcome {
            Outcome::Done => Some(self.next_tick(clock)),
            Outcome::More(wait) | Outcome::After(wait) => Some(clock::after(now, wait)),
            Outcome::Failed(Reached { end, .. }) => {
                let wait = backoff(self.failures, base, cap, clock.spread());
                let next = clock::after(now, wait);
                Some(if end { next.min(self.next_tick(clock)) } else { next })
            }
            Outcome::Stop => None,
        }
    }

    /// The next tick, in steady time.
    fn next_tick(&self, clock: &dyn Clock) -> Timestamp {
        let (wall, steady) = (clock.now(), clock.steady());
        match &self.entry.cadence {
            Cadence::Every(_) => self.entry.cadence.next_after(steady, self.seed),
            Cadence::Cron(line) => clock::after(steady, clock::until(wall, line.next_after(wall))),
        }
    }
}

/// Runs tasks when they are due.
pub struct Scheduler {
    planned: Vec<Planned>,
    names: HashMap<TaskId, usize>,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    running: HashSet<usize>,
    again: HashSet<usize>,
    room: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
    tracker: TaskTracker,
    woken: mpsc::UnboundedReceiver<TaskId>,
    finish: mpsc::UnboundedSender<(usize, Outcome)>,
    finished: mpsc::UnboundedReceiver<(usize, Outcome)>,
}

impl Scheduler {
    /// Runs until the host stops. Runs under way end at their next wait.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let runs = shutdown.child_token();
        shutdown.run_until_cancelled(self.work(&runs)).await;
    }

    async fn work(&mut self, runs: &CancellationToken) {
        loop {
            let sleep = self.start_due(runs);
            // In this order, so that a simulation finds the same order again.
            tokio::select! {
                biased;
                Some((at, outcome)) = self.finished.recv() => self.plan(at, outcome),
                Some(task) = self.woken.recv() => self.wake(&task),
                () = time::sleep(sleep) => {}
            }
        }
    }

    /// Starts what is due; answers how long until more may be.
    fn start_due(&mut self, runs: &CancellationToken) -> Duration {
        let now = self.clock.steady();
        while let Some(Reverse((due, at))) = self.due.peek().copied() {
            if due > now {
                return clock::until(now, due).min(LONGEST_SLEEP);
            }
            self.due.pop();
            self.start(at, due, runs.clone());
        }
        LONGEST_SLEEP
    }

    fn start(&mut self, at: usize, due: Timestamp, runs: CancellationToken) {
        let Some(planned) = self.planned.get(at) else { return };
        if planned.due != due || !self.running.insert(at) {
            return;
        }
        let (run, room, finish) =
            (Arc::clone(&planned.entry.run), Arc::clone(&self.room), self.finish.clone());
        self.tracker.spawn(async move {
            let ran = runs.run_until_cancelled(async {
                let _room = room.acquire().await;
                run.run(due).await
            });
            if let Some(outcome) = ran.await {
                let _host_stopped = finish.send((at, outcome)).is_err();
            }
        });
    }

    fn plan(&mut self, at: usize, outcome: Outcome) {
        self.running.remove(&at);
        let now = self.clock.steady();
        let woken = self.again.remove(&at);
        let Some(planned) = self.planned.get_mut(at) else { return };
        let next = planned.next(outcome, self.clock.as_ref());
        self.set(at, if woken { Some(now) } else { next });
    }

    fn wake(&mut self, task: &TaskId) {
        let Some(at) = self.names.get(task).copied() else { return };
        if self.running.contains(&at) {
            self.again.insert(at);
        } else {
            self.set(at, Some(self.clock.steady()));
        }
    }

    fn set(&mut self, at: usize, next: Option<Timestamp>) {
        let Some(planned) = self.planned.get_mut(at) else { return };
        planned.entry.run.planned(next);
        if let Some(next) = next {
            planned.due = next;
            self.due.push(Reverse((next, at)));
        }
    }
}

#[cfg(test)]
mod tests;
