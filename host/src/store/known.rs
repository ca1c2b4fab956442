//! What a change is to what is known of its record: news, or nothing that anybody should hear of.
//!
//! Pure, and the same for every store. A record is known by the states that were seen of it, and by
//! what the last of them said.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::{
    connector::Unreadable,
    identity::{self, ContentKey, RecordKey, VersionKey},
    model::{Change, ChangeKind, ContainerId, NotificationId, TaskId},
};

/// Which reading of the EHR something was found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// On from the task's cursor.
    Onward,
    /// From an earlier cursor once more, for what the EHR showed late.
    Again,
    /// Of all that there is.
    Listing,
}

/// Where a change was read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// In which pass.
    pub pass: Pass,
    /// The task's revision before the page is committed.
    pub revision: u64,
    /// The change's place in the page.
    pub position: usize,
}

/// A change that may become a container.
#[derive(Clone)]
pub struct NewChange {
    /// The change.
    pub change: Change,
    /// The id of its notification.
    pub notification_id: NotificationId,
    /// Its record.
    pub record: RecordKey,
    /// Its state.
    pub says: Says,
    /// Whether it is news each time that it is read.
    pub always: bool,
    /// Whether its record says this now, as far as its page shows: no other state stands beside it,
    /// and it was asked for where the task stands.
    pub current: bool,
    /// From which time on those that were noted of records tell nothing of age: the EHR's clock was
    /// put back since, and they may be of before that.
    pub doubted: Option<Timestamp>,
    /// Whether it is older than the task.
    pub backfill: bool,
    /// Who hears of it.
    pub telling: Telling,
    /// Why it is a dead letter from the beginning, if it is.
    pub unreadable: Option<String>,
}

/// Who hears of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Everybody who wants it.
    All,
    /// Nobody: it was there before, and is remembered for the record's next change.
    Nobody,
    /// It only shows that the record is there; what it says is found by another pass.
    NotNow,
}

/// What a state says of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Says {
    /// Which state.
    pub version: VersionKey,
    /// What it says, where its connector says what of it counts.
    pub content: Option<ContentKey>,
    /// Whether that is that the record is gone.
    pub gone: bool,
    /// When it came to be, by the EHR's clock.
    pub at: Option<Timestamp>,
}

/// The state of a record that was seen last.
#[derive(Clone, Copy)]
pub struct Last<'a> {
    /// The container that it was of.
    pub container: ContainerId,
    /// What it said.
    pub content: Option<ContentKey>,
    /// Whether that was that the record is gone.
    pub gone: bool,
    /// When it came to be, by the EHR's clock.
    pub at: Option<Timestamp>,
    /// The key that it had.
    pub key: Option<&'a str>,
}

/// What a change follows on: what its record's last state said, for keeps.
pub(crate) struct Followed {
    container: ContainerId,
    content: Option<ContentKey>,
    at: Option<Timestamp>,
    key: Option<String>,
}

impl From<Last<'_>> for Followed {
    fn from(last: Last<'_>) -> Self {
        Self {
            container: last.container,
            content: last.content,
            at: last.at,
            key: last.key.map(str::to_owned),
        }
    }
}

/// What a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// News.
    New,
    /// News in a state that was seen before, as the record was gone since, or said something else
    /// that nothing tells from it in age: by this container.
    Revived(ContainerId),
    /// In a state that was seen before.
    Seen,
    /// In another state, which says the same.
    Same,
    /// Older than what is known.
    Older,
    /// For another pass to judge.
    NotNow,
}

impl NewChange {
    /// A change as it was read by a task.
    pub fn of(task: &TaskId, change: Change, reading: Reading, backfill: bool) -> Self {
        let Reading { pass, revision, position } = reading;
        let always = pass == Pass::Onward
            && change.kind == ChangeKind::Upserted
            && change.version.is_none()
            && change.content.is_none();
        let notification_id = match always {
            true => identity::read_once(task, &change, revision, position),
            false => identity::notification(task, &change),
        };
        Self {
            notification_id,
            record: identity::record(task, &change.id),
            says: Says::of(&change),
            always,
            current: false,
            doubted: None,
            backfill,
            telling: Telling::All,
            unreadable: None,
            change,
        }
    }

    /// Notes of the changes of a page which of them are what their records say now.
    pub(crate) fn note_current(page: &mut [Self], pass: Pass) {
        let mut shown: HashMap<RecordKey, usize> = HashMap::new();
        page.iter().for_each(|new| *shown.entry(new.record).or_default() += 1);
        let is_alone = |new: &Self| shown.get(&new.record) == Some(&1);
        page.iter_mut().for_each(|new| new.current = pass != Pass::Again && is_alone(new));
    }

    /// What cannot be read, as a dead letter from the beginning.
    pub fn unreadable(task: &TaskId, unreadable: Unreadable) -> Self {
        let Unreadable { place, id, reason, data } = unreadable;
        let id = id.unwrap_or_else(|| identity::nameless(&data));
        let (kind, version, content, key, occurred_at) =
            (ChangeKind::Upserted, None, None, None, None);
        let change = Change { id, kind, version, content, key, occurred_at, data };
        let reading = Reading { pass: Pass::Again, revision: 0, position: 0 };
        let unreadable = Some(format!("{place} cannot be read: {reason}"));
        Self { unreadable, ..Self::of(task, change, reading, false) }
    }

    /// A record that a whole listing, read from `began` on, does not have any more.
    pub(crate) fn gone(task: &TaskId, id: String, began: Timestamp) -> Self {
        let (kind, data) = (ChangeKind::Deleted, "null".into());
        let version = Some(format!("listing {began}"));
        let (content, key, occurred_at) = (None, None, None);
        let change = Change { id, kind, version, content, key, occurred_at, data };
        Self::of(task, change, Reading { pass: Pass::Listing, revision: 0, position: 0 }, false)
    }

    /// Its verdict by what is known of its record: the states that were seen, and the last.
    pub(crate) fn judge(
        &self,
        pass: Pass,
        has_seen: impl Fn(&VersionKey) -> bool,
        last: Option<Last<'_>>,
    ) -> Verdict {
        let Says { version, content, gone, at } = &self.says;
        let says_the_same = content.is_some() && last.is_some_and(|last| last.content == *content);
        match last {
            _ if self.telling == Telling::NotNow => Verdict::NotNow,
            // That it is gone is no news a second time, however it was read.
            Some(_) if *gone && says_the_same => Verdict::Same,
            _ if self.always => Verdict::New,
            _ if has_seen(version) => match last.filter(|it| self.is_back(pass, *it, &has_seen)) {
                Some(last) => Verdict::Revived(last.container),
                None => Verdict::Seen,
            },
            _ if says_the_same => Verdict::Same,
            Some(Last { at: Some(last), .. })
                if pass == Pass::Again
                    && self.is_believed(last)
                    && at.is_some_and(|at| at < last) =>
            {
                Verdict::Older
            }
            _ => Verdict::New,
        }
    }

    fn is_believed(&self, noted: Timestamp) -> bool {
        self.doubted.is_none_or(|from| noted < from)
    }

    /// Whether a record says once more what it said before the last that is known of it, and that
    /// is not merely an old state which is shown again.
    fn is_back(&self, pass: Pass, last: Last<'_>, has_seen: impl Fn(&VersionKey) -> bool) -> bool {
        let Change { version, occurred_at, .. } = &self.change;
        match (self.says.gone, last.gone) {
            (true, _) => false,
            (false, true) => {
                let is_ageless = version.is_none() && occurred_at.is_none();
                pass == Pass::Listing || self.current && is_ageless
            }
            // Its version is the same whatever it says.
            (false, false) => {
                let other = last.content.filter(|content| Some(*content) != self.says.content);
                let is_same_age = |content| has_seen(&identity::version_of(&self.change, content));
                self.current && other.is_some_and(is_same_age)
            }
        }
    }

    /// Gives a change without a key the last one, and answers what those of another key are told
    /// who knew the record until now.
    pub(crate) fn settle_key(&mut self, task: &TaskId, last: Option<Followed>) -> Option<Moved> {
        let Followed { container, content, at, key } = last?;
        let last = key?;
        let Some(key) = &self.change.key else {
            self.change.key = Some(last);
            return None;
        };
        if *key == last || self.change.kind != ChangeKind::Upserted || self.telling != Telling::All
        {
            return None;
        }
        let to = key.clone();
        let change = Change { kind: ChangeKind::MovedAway, key: Some(last), ..self.change.clone() };
        let from = (container, &self.notification_id);
        let notification_id = identity::moved_away(task, &change, from);
        let says = Says { content, at, ..Says::of(&change) };
        Some(Moved { change, notification_id, says, to })
    }
}

/// What those are told who knew a record under the key that it had.
pub(crate) struct Moved {
    /// The record under that key.
    pub(crate) change: Change,
    /// The id of its notification.
    pub(crate) notification_id: NotificationId,
    /// What the record said before, which it still says: only its key is another.
    pub(crate) says: Says,
    /// The key that it has from now on. Where the change itself is taken back and found once more,
    /// they are not told twice.
    pub(crate) to: String,
}

impl Says {
    /// What a change says.
    pub fn of(change: &Change) -> Self {
        let at = change.occurred_at.as_deref().and_then(|text| text.parse().ok());
        Self {
            version: identity::version(change),
            content: identity::content(change),
            gone: change.kind == ChangeKind::Deleted,
            at,
        }
    }
}
