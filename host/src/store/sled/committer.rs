//! The one thread that writes: it takes what many have asked for, makes one batch of it, puts
//! that on disk with one sync, and answers them all.
//!
//! A write with its sync costs some 200 µs of CPU whatever is in it; a thousand a second would
//! be a fifth of a core. So whoever waits for the disk waits a moment for others to join, and
//! what nobody waits for is written later, when most of what it would write has become nothing:
//! a block whose last item was settled needs no mark.

#![expect(
    clippy::disallowed_methods,
    reason = "paces a thread and its looks at the disk; decides nothing that a test turns"
)]

use std::{
    error::Error as _,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{
    disk::Disk,
    guard::quietly,
    inbox::{Inbox, Taken},
    index::Index,
    receipts::{Desk, Receipts},
    request::{Reply, Request},
    state::{Group, State},
};
use crate::{step, store::Error};

/// How long one who waits may wait for others to join; a step without another ends it.
const LINGER: Duration = Duration::from_millis(4);
const LINGER_STEP: Duration = Duration::from_millis(1);

/// How long a look at the free space is good for.
const FREE_SPACE: Duration = Duration::from_millis(100);

/// What writing a byte may take of the disk, in bytes.
const AMPLIFICATION: u64 = 4;

/// Writes until its inbox is closed or a write fails.
pub(super) struct Committer {
    pub(super) disk: Arc<Disk>,
    pub(super) receipts: Arc<Receipts>,
    pub(super) index: Arc<Index>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) state: State,
    /// Why it stopped, if it did.
    pub(super) failure: watch::Sender<Option<String>>,
    /// Bytes of the disk to leave free.
    pub(super) reserve: u64,
    /// Bytes that were free when somebody looked.
    pub(super) free: Option<(Instant, u64)>,
    /// Whether it waits for a file that it may open.
    pub(super) is_out_of_files: bool,
}

/// Answers that are given once the disk has what they say.
type Answers = Vec<Box<dyn FnOnce()>>;

impl Committer {
    /// Runs on a thread of its own.
    pub(super) fn run(mut self) {
        let why = loop {
            match quietly(|| self.round()) {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => return,
                Ok(Err(error)) => break describe(&error),
                Err(panic) => break panic,
            }
        };
        self.state.abandon();
        // First the reason: whoever loses a reply asks for it.
        self.failure.send_replace(Some(why));
        self.inbox.close();
        drop(self.inbox.take());
    }

    /// Waits for requests and does them; whether there may be more.
    fn round(&mut self) -> Result<bool, Error> {
        self.inbox.wait();
        self.linger();
        let Taken { mut requests, tidy, last } = self.inbox.take();
        requests.sort_by_key(|request| !request.goes_first());
        let receipts = Arc::clone(&self.receipts);
        let desk = receipts.desk(requests.iter().filter_map(Request::taken))?;
        self.note_files(desk.is_some(), &mut requests);
        let (mut group, mut answers) = (Group::default(), Answers::new());
        if tidy {
            self.state.tidy(&mut group)?;
        }
        for request in requests {
            match self.room(&request) {
                Ok(()) => self.perform(request, &mut group, &mut answers)?,
                Err(full) => request.refuse(full),
            }
        }
        self.write(group, tidy, desk)?;
        step::reached("synced");
        if self.state.is_untidy() {
            self.inbox.tidy_soon();
        }
        answers.into_iter().for_each(|answer| answer());
        Ok(!last)
    }

    fn linger(&self) {
        let since = Instant::now();
        let mut awaited = self.inbox.awaited();
        while awaited > 0 && since.elapsed() < LINGER {
            thread::sleep(LINGER_STEP);
            let now = self.inbox.awaited();
            if now == awaited {
                return;
            }
            awaited = now;
        }
    }

    /// Puts off what cannot be kept while this process may open no more files: it is owed for as
    /// long. Who waits for all to be on disk waits for it, too.
    fn note_files(&mut self, are_there: bool, requests: &mut Vec<Request>) {
        if are_there {
            self.is_out_of_files = false;
            return;
        }
        if !std::mem::replace(&mut self.is_out_of_files, true) {
            tracing::error!("too many open files: what was delivered is noted when there is one");
        }
        let waits = |it: &mut Request| it.taken().is_some() || matches!(it, Request::Flush(_));
        requests.extract_if(.., waits).for_each(|request| self.inbox.push(request));
    }

    fn write(&mut self, group: Group, tidy: bool, desk: Option<Desk<'_>>) -> Result<(), Error> {
        let sealed = self.state.seal(group, tidy)?;
        if let Some(desk) = desk {
            desk.keep(&sealed.taken)?;
        }
        // What was written before is synced: a poll that found nothing waits for no disk.
        let is_idle = sealed.writes.is_empty();
        if !is_idle {
            self.disk.apply(sealed.writes)?;
        }
        step::reached("applied");
        self.index.publish(sealed.moved, sealed.memos);
        if is_idle { Ok(()) } else { self.disk.sync() }
    }

    fn perform(
        &mut self,
        request: Request,
        group: &mut Group,
        answers: &mut Answers,
    ) -> Result<(), Error> {
        let state = &mut self.state;
        match request {
            Request::Commit(commit, reply) => answer(answers, reply, state.commit(group, *commit)?),
            Request::Keep(task, kept, reply) => {
                answer(answers, reply, state.keep(group, task, kept)?)
            }
            Request::BuryAnswer(task, reason, at, reply) => {
                answer(answers, reply, state.bury_answer(group, task, reason, at)?);
            }
            Request::ReplayAnswer(letter, reply) => {
                answer(answers, reply, state.replay_answer(group, letter)?);
            }
            Request::EndListing(end, reply) => {
                answer(answers, reply, state.end_listing(group, end)?);
            }
            Request::DecideListing(task, accept, reply) => {
                answer(answers, reply, state.decide_listing(group, task, accept)?);
            }
            Request::Fill(fill, reply) => answer(answers, reply, state.fill(group, fill)?),
            Request::SetCursor(task, cursor, reply) => {
                answer(answers, reply, state.set_cursor(group, task, cursor)?);
            }
            Request::Rewind(task, to, reply) => {
                answer(answers, reply, state.rewind(group, task, to)?);
            }
            Request::Replay(ids, reply) => answer(answers, reply, state.replay(group, &ids)?),
            Request::Held(what, reply) => answer(answers, reply, state.held(&what)?),
            Request::Purge(what, reply) => answer(answers, reply, state.purge(group, &what)?),
            Request::ForgetDead(before, reply) => {
                answer(answers, reply, state.forget_dead(group, before)?);
            }
            // Whoever asked may have gone away.
            Request::RotateKeys(reply) => drop(reply.send(state.rotate_keys())),
            Request::LookAtKeys(reply) => {
                drop(reply.send(state.look_at_keys(self.receipts.data())));
            }
            Request::Flush(reply) => answer(answers, reply, ()),
            Request::Skip(id, memo, noted) => state.skip(group, id, memo, noted)?,
            Request::Bury(id, reason, at) => state.bury(group, id, reason, at)?,
            Request::Settle(id, destination, outcome) => {
                state.settle(group, id, &destination, outcome)?;
            }
            Request::Begin(task, at) => state.begin(group, task, at)?,
            Request::Polled(task, at) => state.polled(group, task, at)?,
        }
        Ok(())
    }

    /// Whether the disk has room for a request that needs some.
    fn room(&mut self, request: &Request) -> Result<(), Error> {
        let Some(bytes) = request.bytes() else { return Ok(()) };
        let free = self.free_bytes()?;
        let needed = self.reserve.saturating_add(bytes.saturating_mul(AMPLIFICATION));
        if free >= needed {
            return Ok(());
        }
        Err(Error::Full { folder: self.disk.folder().display().to_string(), free, needed })
    }

    fn free_bytes(&mut self) -> Result<u64, Error> {
        if let Some((at, free)) = self.free
            && at.elapsed() < FREE_SPACE
        {
            return Ok(free);
        }
        let free = self.disk.free_bytes()?;
        self.free = Some((Instant::now(), free));
        Ok(free)
    }
}

fn answer<T: 'static>(answers: &mut Answers, reply: Reply<T>, answer: T) {
    // Whoever asked may have gone away.
    answers.push(Box::new(move || drop(reply.send(Ok(answer)))));
}

fn describe(error: &Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
