//! A page, read by the candidate as well.

use std::collections::HashMap;

use super::{Comparer, SHAPES, ended, verdict};
use crate::{
    connector::{self, Fault, Request},
    model::Change,
    shadow::{
        Difference, Kind, changes,
        handle::{Job, Page},
        requests::{self, Sent, as_sent},
        tally::{Verdict, key},
    },
};

impl Comparer {
    /// Reads a page as the one in service did: from the same cursor, and from the same answer if
    /// it would have asked the same.
    pub(super) async fn page(&mut self, job: &Job, page: &Page) -> Result<Verdict, Fault> {
        let cursor = page.cursor.as_deref();
        let guest = self.guest(job, &page.context).await?;
        if let Some(asked) = &page.request {
            let request = guest.poll(cursor).await?;
            if request != *asked {
                return Ok(Verdict::Different(asks_otherwise(job, asked.clone(), request)));
            }
        }
        let read = guest.changes(cursor, &page.answer).await;
        match (&page.read, read) {
            (Ok(old), Ok(new)) => {
                keep_own(job, page, old, &new);
                Ok(verdict(differences(old, &new)))
            }
            (old, new) => ended(old.as_ref().err(), new.err()),
        }
    }
}

fn differences(old: &connector::Page, new: &connector::Page) -> Vec<Difference> {
    let mut found = changes::differences(SHAPES, &old.changes, &new.changes);
    if old.cursor != new.cursor {
        found.push(SHAPES.texts(Kind::Cursor, "", Some(&old.cursor), Some(&new.cursor)));
    }
    if old.more != new.more {
        let told = |more| if more { "asks on" } else { "ends the poll" };
        found.push(Difference::new(Kind::Cursor, "more", told(old.more), told(new.more)));
    }
    found
}

/// Keeps changes that the candidate found with data of its own, as the other's that they stand for:
/// it is these that it collects.
fn keep_own(job: &Job, page: &Page, old: &connector::Page, new: &connector::Page) {
    let state = |change: &Change| (change.id.clone(), change.version.clone(), change.kind);
    let known: HashMap<_, _> = old.changes.iter().map(|change| (state(change), change)).collect();
    let mut own = job.candidate.own();
    for change in &new.changes {
        if let Some(old) = known.get(&state(change)).filter(|old| old.data != change.data) {
            own.keep(key(&page.context.task, old), change.clone());
        }
    }
}

/// Where two requests for the same page differ. Nothing is sent to find out more.
fn asks_otherwise(job: &Job, old: Request, new: Request) -> Vec<Difference> {
    let (old, new) = (as_sent(old), as_sent(new));
    let old_client = job.way.declaring(job.serving.requests());
    let new_client = job.way.declaring(job.candidate.connector.requests());
    requests::differences(
        SHAPES,
        Sent { request: &old, client: &old_client },
        Sent { request: &new, client: &new_client },
    )
}
