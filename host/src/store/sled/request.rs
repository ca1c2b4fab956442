//! What the committer is asked for.

use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::{
    identity::RecordKey,
    model::{ContainerId, Delivery, DestinationName, Pending, TaskId},
    store::{
        Commit, Committed, EndListing, EndedListing, Error, Fill, KeptAnswer, Keys, Purge, Purged,
        Rewind, Rotated, Settlement, Taken,
    },
};

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// A call of the store that writes: those with a reply are awaited, the others noted.
pub(super) enum Request {
    Commit(Box<Commit>, Reply<Committed>),
    Keep(TaskId, Option<KeptAnswer>, Reply<()>),
    BuryAnswer(TaskId, String, Timestamp, Reply<Option<ContainerId>>),
    ReplayAnswer(ContainerId, Reply<bool>),
    EndListing(EndListing, Reply<EndedListing>),
    DecideListing(TaskId, bool, Reply<bool>),
    Fill(Fill, Reply<Vec<Delivery>>),
    SetCursor(TaskId, Option<String>, Reply<u64>),
    Rewind(TaskId, Rewind, Reply<usize>),
    Replay(Vec<ContainerId>, Reply<Vec<Pending>>),
    Purge(Purge, Reply<Purged>),
    Held(Purge, Reply<Purged>),
    ForgetDead(Timestamp, Reply<usize>),
    RotateKeys(Reply<Rotated>),
    LookAtKeys(Reply<Keys>),
    /// Brings all notes to disk.
    Flush(Reply<()>),
    /// With the record whose memo readers know already.
    Skip(ContainerId, Option<String>, Option<RecordKey>),
    Bury(ContainerId, String, Timestamp),
    Settle(ContainerId, DestinationName, Settlement),
    Begin(TaskId, Timestamp),
    Polled(TaskId, Timestamp),
}

/// When a request is to be on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Somebody waits for it, and for all notes.
    Everything,
    /// Somebody waits for it.
    Awaited,
    /// With the next that is awaited, or soon.
    Note,
    /// Some time later.
    LateNote,
}

impl Request {
    pub(super) fn urgency(&self) -> Urgency {
        match self {
            // What is forgotten comes back unless the marks are written along.
            Self::Flush(_)
            | Self::Rewind(..)
            | Self::Purge(..)
            | Self::Held(..)
            | Self::LookAtKeys(_) => Urgency::Everything,
            Self::Settle(..) | Self::Begin(..) | Self::Polled(..) => Urgency::LateNote,
            Self::Skip(..) | Self::Bury(..) => Urgency::Note,
            _ => Urgency::Awaited,
        }
    }

    /// How many bytes it brings; `None` for one that goes through on a full disk, too.
    pub(super) fn bytes(&self) -> Option<u64> {
        let bytes = match self {
            Self::Commit(commit, _) => {
                commit.changes.iter().map(|new| new.change.data.len() + 512).sum()
            }
            Self::Keep(_, answer, _) => answer.as_ref().map_or(0, |answer| answer.body.len()),
            Self::Fill(fill, _) => fill.filled.payload.len(),
            Self::SetCursor(..)
            | Self::EndListing(..)
            | Self::DecideListing(..)
            | Self::Replay(..)
            | Self::BuryAnswer(..)
            | Self::ReplayAnswer(..) => 0,
            _ => return None,
        };
        Some(bytes as u64)
    }

    /// What is to be kept of a delivery that it says is done.
    pub(super) fn taken(&self) -> Option<&Taken> {
        match self {
            Self::Settle(_, _, Settlement::Delivered(taken)) => taken.as_deref(),
            _ => None,
        }
    }

    /// Whether it looks up what it forgets or moves on disk, where nothing of its own group is yet.
    pub(super) fn goes_first(&self) -> bool {
        matches!(
            self,
            Self::Rewind(..)
                | Self::Purge(..)
                | Self::Held(..)
                | Self::ForgetDead(..)
                | Self::BuryAnswer(..)
                | Self::ReplayAnswer(..)
                | Self::EndListing(..)
                | Self::LookAtKeys(_)
        )
    }

    /// Answers with an error.
    pub(super) fn refuse(self, error: Error) {
        // Whoever asked may have gone away.
        match self {
            Self::Commit(_, reply) => drop(reply.send(Err(error))),
            Self::Keep(_, _, reply) | Self::Flush(reply) => drop(reply.send(Err(error))),
            Self::BuryAnswer(.., reply) => drop(reply.send(Err(error))),
            Self::ReplayAnswer(_, reply) => drop(reply.send(Err(error))),
            Self::EndListing(_, reply) => drop(reply.send(Err(error))),
            Self::DecideListing(.., reply) => drop(reply.send(Err(error))),
            Self::Fill(_, reply) => drop(reply.send(Err(error))),
            Self::SetCursor(_, _, reply) => drop(reply.send(Err(error))),
            Self::Rewind(_, _, reply) => drop(reply.send(Err(error))),
            Self::Replay(_, reply) => drop(reply.send(Err(error))),
            Self::Purge(_, reply) | Self::Held(_, reply) => drop(reply.send(Err(error))),
            Self::ForgetDead(_, reply) => drop(reply.send(Err(error))),
            Self::RotateKeys(reply) => drop(reply.send(Err(error))),
            Self::LookAtKeys(reply) => drop(reply.send(Err(error))),
            Self::Skip(..)
            | Self::Bury(..)
            | Self::Settle(..)
            | Self::Begin(..)
            | Self::Polled(..) => {}
        }
    }
}
