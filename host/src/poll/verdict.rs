//! Who is to blame: a connector on trial, or the EHR that it polled.

use super::{Blame, Error, Poller, Progress};
use crate::{
    connector::{Connector, Guest, Request},
    egress,
};

/// The last page of a poll, as far as it came.
#[derive(Default)]
pub(super) struct Evidence {
    request: Option<Request>,
    answer: Option<egress::Response>,
    /// Whether the answer is on disk, until it is committed.
    is_kept: bool,
}

impl Evidence {
    pub(super) fn asked(&mut self, request: &Request) {
        self.request = Some(request.clone());
    }

    pub(super) fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    pub(super) fn answered(&mut self, answer: &egress::Response, is_kept: bool) {
        (self.answer, self.is_kept) = (Some(answer.clone()), is_kept);
    }

    /// The answer's page is committed, and with it forgotten.
    pub(super) fn committed(&mut self) {
        self.is_kept = false;
    }

    /// The answer that is on disk.
    pub(super) fn kept(&self) -> Option<&egress::Response> {
        self.answer.as_ref().filter(|_| self.is_kept)
    }
}

impl Poller {
    /// What a failed poll comes to: where a connector on trial failed and the one before would
    /// not have, that one is back in service.
    pub(super) async fn judge(&self, error: Error, progress: &Progress) -> Error {
        let (service, serving) = (&self.connection.service, &progress.serving);
        let blame = error.blame();
        if blame == Blame::Other {
            return error;
        }
        if !service.is_current(serving) {
            return Error::Replaced;
        }
        let Some(trial) = service.on_trial(&self.task, serving) else {
            service.went_wrong(&self.task, serving);
            return error;
        };
        let fails_as_well = self.fails(&trial.previous, progress).await;
        if !trial.is_guilty(fails_as_well, blame == Blame::Connector) {
            return error;
        }
        match service.roll_back(serving, &*self.store, &error.to_string()).await {
            Ok(true) => Error::RolledBack(error.to_string()),
            Ok(false) => Error::Replaced,
            Err(error) => error.into(),
        }
    }

    /// Whether another connector fails at the same page; `None` where it would have asked
    /// something else, or not from there.
    async fn fails(&self, other: &Connector, progress: &Progress) -> Option<bool> {
        let cursor = progress.cursor.as_deref();
        let mut guest = Guest::new(other, &progress.context, false).await.ok()?;
        let request = guest.poll(cursor).await.ok()?;
        let Evidence { request: asked, answer, .. } = &progress.evidence;
        if asked.as_ref().is_some_and(|asked| *asked != request) {
            return None;
        }
        match answer {
            Some(answer) => Some(guest.changes(cursor, answer).await.is_err()),
            None => Some(false),
        }
    }
}
