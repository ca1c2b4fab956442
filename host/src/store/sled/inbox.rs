//! Requests on their way to the committer.
//!
//! A channel would wake the committer for every note; here it sleeps until something is due.

#![expect(clippy::disallowed_methods, reason = "paces a thread; decides nothing that a test turns")]

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::request::{Request, Urgency};

/// How long a note may stay in memory: one that keeps its place among the awaited, and another.
const NOTE: Duration = Duration::from_millis(20);
const LATE_NOTE: Duration = Duration::from_millis(50);

/// How many requests are taken at a time.
const MOST: usize = 1024;

/// Where callers put requests and the committer takes them.
#[derive(Default)]
pub(super) struct Inbox {
    mail: Mutex<Mail>,
    wake: Condvar,
}

#[derive(Default)]
struct Mail {
    /// What keeps its order.
    requests: Vec<Request>,
    late: Vec<Request>,
    awaited: usize,
    /// When the first of each must be written.
    due: Option<Instant>,
    late_due: Option<Instant>,
    closed: bool,
    asleep: bool,
}

/// Requests that are to be written together.
pub(super) struct Taken {
    /// The requests in order, with all late notes behind them if it is time for these.
    pub(super) requests: Vec<Request>,
    /// Whether it was.
    pub(super) tidy: bool,
    /// Nothing comes after these.
    pub(super) last: bool,
}

impl Inbox {
    /// Puts a request in; once the inbox is closed, drops it.
    pub(super) fn push(&self, request: Request) {
        let mut mail = self.mail();
        if mail.closed {
            return;
        }
        let was_due = mail.next_due();
        mail.push(request);
        if mail.asleep && mail.next_due() != was_due {
            mail.asleep = false;
            self.wake.notify_one();
        }
    }

    /// Makes the next group but a few a tidy one, though no late note comes.
    pub(super) fn tidy_soon(&self) {
        self.mail().late_due.get_or_insert(Instant::now() + LATE_NOTE);
    }

    /// Ends the committer once it has done what is here.
    pub(super) fn close(&self) {
        self.mail().closed = true;
        self.wake.notify_one();
    }

    /// How many wait for an answer.
    pub(super) fn awaited(&self) -> usize {
        self.mail().awaited
    }

    /// Waits until something is due.
    pub(super) fn wait(&self) {
        let mut mail = self.mail();
        while !mail.closed {
            let now = Instant::now();
            mail.asleep = true;
            mail = match mail.next_due() {
                Some(due) if due <= now => break,
                Some(due) => {
                    let wait = self.wake.wait_timeout(mail, due - now);
                    wait.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.wake.wait(mail).unwrap_or_else(PoisonError::into_inner),
            };
        }
        mail.asleep = false;
    }

    /// Takes what is there.
    pub(super) fn take(&self) -> Taken {
        let mut mail = self.mail();
        let count = mail.requests.len().min(MOST);
        let mut requests: Vec<Request> = mail.requests.drain(..count).collect();
        let last = mail.closed && mail.requests.is_empty();
        let everything = requests.iter().any(|request| request.urgency() == Urgency::Everything);
        let tidy = everything || last || mail.late_due.is_some_and(|due| due <= Instant::now());
        if tidy {
            requests.append(&mut mail.late);
            mail.late_due = None;
        }
        mail.awaited = mail.requests.iter().filter(|request| is_awaited(request)).count();
        if mail.requests.is_empty() {
            mail.due = None;
        }
        Taken { requests, tidy, last }
    }

    fn mail(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mail {
    fn push(&mut self, request: Request) {
        let now = Instant::now();
        match request.urgency() {
            Urgency::LateNote => {
                self.late_due.get_or_insert(now + LATE_NOTE);
                return self.late.push(request);
            }
            Urgency::Note => drop(self.due.get_or_insert(now + NOTE)),
            Urgency::Awaited | Urgency::Everything => {
                self.awaited += 1;
                self.due = Some(self.due.map_or(now, |due| due.min(now)));
            }
        }
        self.requests.push(request);
    }

    fn next_due(&self) -> Option<Instant> {
        match (self.due, self.late_due) {
            (Some(due), Some(late)) => Some(due.min(late)),
            (due, late) => due.or(late),
        }
    }
}

fn is_awaited(request: &Request) -> bool {
    matches!(request.urgency(), Urgency::Awaited | Urgency::Everything)
}
