//! Who is to blame: a connector on trial, or the EHR that it polled.

use super::{Blame, Error, Poller, Progress, fingerprint};
use crate::{
    connector::{Connector, Detection, Guest, Page, Request},
    egress,
    service::{Testimony, Trial, Verdict},
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

    pub(super) fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status)
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
        let Some(trial) = service.on_trial(&self.task, serving) else { return error };
        let is_guilty = match self.testimony(&trial, progress, &error).await.verdict(blame) {
            Verdict::Guilty => true,
            Verdict::Suspected => service.failed_alone(&self.task, serving),
            Verdict::Innocent => false,
        };
        if !is_guilty {
            return error;
        }
        match service.roll_back(serving, &*self.store, &error.to_string()).await {
            Ok(true) => Error::RolledBack(error.to_string()),
            Ok(false) => Error::Replaced,
            Err(error) => error.into(),
        }
    }

    async fn testimony(&self, trial: &Trial, progress: &Progress, error: &Error) -> Testimony {
        match self.reads(&trial.previous, progress, error).await {
            Some(true) => Testimony::Reads,
            Some(false) => Testimony::Fails,
            None if self.manages(trial, progress).await => Testimony::Manages,
            None => Testimony::Fails,
        }
    }

    /// Whether another connector reads the same page; `None` where it would have asked something
    /// else, or not from there.
    async fn reads(&self, other: &Connector, progress: &Progress, error: &Error) -> Option<bool> {
        let cursor = progress.cursor.as_deref();
        let mut guest = Guest::new(other, &progress.context, false).await.ok()?;
        let Evidence { request: asked, answer, is_kept } = &progress.evidence;
        // A kept answer is read by whoever is in service, whatever that one would have asked.
        if !is_kept {
            let request = guest.poll(cursor).await.ok()?;
            if asked.as_ref().is_some_and(|asked| *asked != request) {
                return None;
            }
        }
        let Some(answer) = answer else {
            let may_ask = |asked: &Request| {
                self.connection.client(other).declared(&asked.clone().into()).is_ok()
            };
            return Some(asked.as_ref().is_none_or(may_ask));
        };
        let read = guest.changes(cursor, answer).await;
        Some(read.is_ok_and(|page| !fails_so(&page, progress, error)))
    }

    /// Whether another connector would poll well now, from where the task stood with it.
    async fn manages(&self, trial: &Trial, progress: &Progress) -> bool {
        // What it read off the EHR's list would be lost, and a listing may be new with this one.
        let consumes = self.detection_of(&progress.serving) == Detection::ConsumingFeed;
        if consumes || progress.context.mode.listing {
            return false;
        }
        let (other, cursor) = (&trial.previous, trial.cursor.as_deref());
        let Ok(mut guest) = Guest::new(other, &progress.context, false).await else { return false };
        let Ok(request) = guest.poll(cursor).await else { return false };
        let answer = self.connection.client(other).send(&request.into()).await;
        match answer {
            Ok(answer) => guest.changes(cursor, &answer).await.is_ok(),
            Err(_) => false,
        }
    }
}

/// Whether a poll would have failed as one that asked on from where it was before.
fn fails_so(page: &Page, progress: &Progress, error: &Error) -> bool {
    let stands = progress.cursor.as_deref() == Some(&page.cursor);
    let was_there = stands || progress.passed.contains(&fingerprint(&page.cursor));
    matches!(error, Error::Stuck { .. }) && page.more && was_there
}
