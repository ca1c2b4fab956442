//! Reading a task's whole listing: what a snapshot does at each poll, a sweep beside a feed now and
//! then, and a baseline once, before anything is told.
//!
//! A pass may take hours. It goes on where it stood, also after a restart, and only one that came to
//! its end says what is gone.

mod lap;
mod telling;

use std::time::Duration;

use jiff::Timestamp;

use self::lap::Lap;
use super::{Error, Failed, Poller, Progress};
use crate::{
    clock,
    connector::{Detection, Failure, Fault, Guest, Page},
    egress, identity,
    store::{self, EndListing, EndedListing, Held, Listing, Move, Pass},
};

/// How often it is noted how far a pass is, where nothing else is written.
const NOTED_EVERY: Duration = Duration::from_secs(30);

/// Records that are gone which are told of at once.
const GONE_AT_ONCE: usize = 500;

/// What a user is told of a pass that met a record without an id.
const BLURRED: &str = "its listing has a record that cannot be read, not even its id, so that nobody can tell what is gone: nothing is told to be until that one can be read";

/// What the pages of a pass came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// There is more to read.
    More,
    /// All is read, and what is gone is told.
    Whole,
    /// It differs so much from the last one that a person is asked.
    Held(Held),
}

/// A pass that is under way, as this process knows it: the store knows it a little later.
#[derive(Clone, Default)]
pub(crate) struct Under {
    listing: Listing,
    /// When that was noted last.
    noted_at: Option<Timestamp>,
    /// Whether a record was met that was listed before, where any was.
    has_met: bool,
    lap: Lap,
}

impl Under {
    /// A page that was read, where it leads on.
    fn follow(&mut self, page: Page, progress: &Progress) -> Result<Page, Error> {
        match page.more && self.lap.is_closed_at(&page.cursor) {
            true => Err(Error::Stuck { page: progress.summary.pages }),
            false => Ok(page),
        }
    }
}

impl Poller {
    /// Whether the task's whole listing can be read.
    pub fn lists(&self) -> bool {
        let serving = self.connection.service.serving();
        let action = serving.connector.manifest().action(self.task.action.as_str());
        action.is_some_and(|action| action.lists || action.detection == Detection::Snapshot)
    }

    /// Reads on in the task's listing, so many pages of it.
    ///
    /// # Errors
    /// Why it ended early; the pass goes on where it stood.
    pub async fn list(&self, pages: usize) -> Result<(Listed, super::Summary), Failed> {
        self.check_backlog()?;
        let mut progress = self.begin_listing().await?;
        match self.list_pages(&mut progress, pages).await {
            Ok(listed) => Ok((listed, progress.summary)),
            Err(error) => {
                let asked = self.asked(&error, &progress);
                Err(Failed { asked, ..self.judge(error, &progress).await.into() })
            }
        }
    }

    /// Where its listing is, which the store knows a little later.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn listing_now(&self) -> Result<Listing, store::Error> {
        let stored = self.store.task(&self.task)?.listing;
        let under = self.listing().clone().map(|under| under.listing);
        let under = under.filter(|under| under.began == stored.began);
        Ok(under.map_or_else(|| stored.clone(), |under| stored.passed_on(under)))
    }

    async fn begin_listing(&self) -> Result<Progress, Error> {
        let mut progress = self.begin(None).await?;
        progress.pass = Pass::Listing;
        progress.context.mode.listing = self.detection_of(&progress.serving) != Detection::Snapshot;
        Ok(progress)
    }

    pub(super) async fn list_pages(
        &self,
        progress: &mut Progress,
        pages: usize,
    ) -> Result<Listed, Error> {
        let stored = progress.state.listing.clone();
        match stored.held {
            Some(held) if !held.accepted => return Ok(Listed::Held(held)),
            Some(_) => return self.end(progress).await,
            None => {}
        }
        let mut under = self.under(&stored, progress.context.now);
        let connector = progress.serving.connector.clone();
        let client = self.connection.client(&connector);
        let mut guest =
            Guest::new(&connector, &progress.context, self.connection.connector_log).await?;
        for _ in 0..pages {
            progress.cursor = under.listing.cursor.clone().or_else(|| self.start(progress));
            let read = self.read(&mut guest, &client, progress).await;
            let page = match read.and_then(|page| under.follow(page, progress)) {
                Ok(page) => page,
                Err(error) => return Err(self.lose(progress, &under, error).await?),
            };
            let is_whole = self.take_page(progress, &mut under, page).await?;
            self.listing().replace(under.clone());
            if is_whole {
                self.listing().take();
                return self.end(progress).await;
            }
            self.check_backlog()?;
        }
        Ok(Listed::More)
    }

    /// A pass that cannot go on from where it is begins anew: nothing was told gone by it.
    async fn lose(
        &self,
        progress: &mut Progress,
        under: &Under,
        error: Error,
    ) -> Result<Error, Error> {
        let error = match error {
            Error::Fault(fault @ Fault::Failure(Failure::CursorLost(_)))
                if under.listing.cursor.is_some() =>
            {
                Error::Anew(fault)
            }
            Error::Stuck { .. } => error,
            error => return Ok(error),
        };
        let mut commit = self.commit_of(progress, Page::default());
        let mut listing = progress.state.listing.clone();
        listing.give_up();
        commit.listing = Some(listing);
        self.store_page(progress, commit).await?;
        self.listing().take();
        Ok(error)
    }

    /// The pass that is under way, or a new one.
    fn under(&self, stored: &Listing, now: Timestamp) -> Under {
        let known = self.listing().clone();
        let known = known.filter(|known| known.listing.began == stored.began);
        // There is none before that another system's could be.
        let is_first = stored.ended.is_none();
        match (stored.began, known) {
            (None, _) => {
                Under { listing: stored.begin(now), has_met: is_first, ..Under::default() }
            }
            (Some(_), Some(known)) => known,
            (Some(_), None) => {
                let (listing, has_met) = (stored.clone(), is_first || stored.read > 0);
                Under { listing, noted_at: Some(now), has_met, ..Under::default() }
            }
        }
    }

    /// Where a pass begins: a snapshot's where the last whole one ended, a listing's at the beginning.
    fn start(&self, progress: &Progress) -> Option<String> {
        let is_listing = progress.context.mode.listing;
        progress.state.cursor.clone().filter(|_| !is_listing)
    }

    async fn read(
        &self,
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
    ) -> Result<Page, Error> {
        let cursor = progress.cursor.clone();
        progress.evidence = Default::default();
        let answer = self.answer(guest, client, progress).await?;
        let read = guest.changes(cursor.as_deref(), &answer).await;
        self.show(progress, answer, &read);
        let page = read?;
        match page.more && cursor.as_deref() == Some(&page.cursor) {
            true => Err(Error::Stuck { page: 1 }),
            false => Ok(page),
        }
    }

    /// Commits a page, but where all of it is new though there was a listing before: then maybe
    /// another system answers, and nothing is told before something is met that was there. Answers
    /// whether all is read.
    async fn take_page(
        &self,
        progress: &mut Progress,
        under: &mut Under,
        page: Page,
    ) -> Result<bool, Error> {
        let is_last = !page.more;
        if !under.has_met && !page.changes.is_empty() {
            let records: Vec<_> =
                page.changes.iter().map(|it| identity::record(&self.task, &it.id)).collect();
            let (met, of) = self.store.listed(&self.task, &records)?;
            if met == 0 && of > 0 {
                under.listing.cursor = Some(page.cursor);
                self.note(progress, under, is_last).await?;
                return Ok(is_last);
            }
            under.has_met = true;
            if under.listing.cursor.is_some() && under.listing.read == 0 {
                // What was passed over until now is read once more, by the pass that the store knows.
                let began = under.listing.began;
                under.listing =
                    Listing { began, ..progress.state.listing.begin(progress.context.now) };
                under.lap = Lap::default();
                return Ok(false);
            }
        }
        self.commit_page(progress, under, page).await?;
        Ok(is_last)
    }

    /// Notes a pass of which nothing is told yet.
    async fn note(
        &self,
        progress: &mut Progress,
        under: &mut Under,
        is_last: bool,
    ) -> Result<(), Error> {
        let cursor = under.listing.cursor.clone().unwrap_or_default();
        let nothing = Page { cursor, more: !is_last, ..Page::default() };
        let mut unread = under.clone();
        self.commit_page(progress, &mut unread, nothing).await?;
        under.noted_at = unread.noted_at;
        Ok(())
    }

    async fn commit_page(
        &self,
        progress: &mut Progress,
        under: &mut Under,
        mut page: Page,
    ) -> Result<(), Error> {
        let now = progress.context.now;
        let is_last = !page.more;
        under.listing.cursor = Some(page.cursor.clone());
        under.listing.read += page.changes.len() as u64;
        under.listing.blurred |= page.unreadable.iter().any(|it| it.id.is_none());
        if is_last && under.listing.blurred {
            page.notices.push(BLURRED.into());
        }
        let is_due = under.noted_at.is_none_or(|at| clock::until(at, now) >= NOTED_EVERY);
        let mut commit = self.commit_of(progress, page);
        for new in &mut commit.changes {
            new.telling = self.telling(progress, &under.listing, &new.change);
        }
        commit.listing = (is_due || is_last).then(|| under.listing.clone());
        if is_due || is_last {
            under.noted_at = Some(now);
        }
        if is_last && !progress.context.mode.listing {
            let cursor = progress.cursor.clone().unwrap_or_default();
            commit.moves = Some(Move { cursor, past: Vec::new(), complete: true });
        }
        let silent = progress.summary.tally.silent;
        self.store_page(progress, commit).await?;
        let silent = progress.summary.tally.silent - silent;
        progress.summary.changes -= silent;
        Ok(())
    }

    /// Tells what is gone, once all is read.
    async fn end(&self, progress: &mut Progress) -> Result<Listed, Error> {
        loop {
            let end = EndListing {
                task: self.task.clone(),
                revision: progress.state.revision,
                at: progress.context.now,
                most: GONE_AT_ONCE,
            };
            let _turn = self.collector.turn().await;
            match self.store.end_listing(end).await? {
                EndedListing::Fenced => return Err(Error::Fenced),
                EndedListing::Held(held) => {
                    tracing::warn!(task = %self.task, gone = held.gone, of = held.of, "so many records are gone at once that nobody is told before a person says so: `rounds task accept` or `rounds task reject`");
                    return Ok(Listed::Held(held));
                }
                EndedListing::Done { made, more } => {
                    progress.summary.changes += made.len();
                    progress.summary.gone += made.len();
                    self.note_made(progress, &made);
                    self.hand_over(made);
                    if !more {
                        return Ok(Listed::Whole);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_goes_in_circles_is_noticed_and_a_long_one_is_not() {
        let mut lap = Lap::default();
        assert!((0..10_000).all(|page| !lap.is_closed_at(&page.to_string())));
        for (before, circle) in [(0, 1), (0, 2), (7, 3), (100, 40)] {
            let mut lap = Lap::default();
            let cursor = |page: u32| match page < before {
                true => page.to_string(),
                false => format!("circle {}", (page - before) % circle),
            };
            let noticed = (0..1_000).find(|page| lap.is_closed_at(&cursor(*page)));
            let least = before + circle;
            assert!(
                noticed.is_some_and(|page| page >= least && page < 4 * least + 4),
                "{noticed:?}"
            );
        }
    }
}
