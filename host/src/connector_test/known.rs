//! What a host knows of records from poll to poll, and so what it has collected.

use std::collections::{HashMap, HashSet};

use crate::{
    connector::{Mode, Unreadable},
    identity::VersionKey,
    model::{Change, ContainerId, TaskId},
    store::{Followed, Last, NewChange, Pass, Reading, Says, Verdict},
};

/// What was read so far.
#[derive(Default)]
pub(super) struct Known {
    records: HashMap<String, Record>,
    unreadable: HashSet<(Option<String>, String)>,
    notices: HashSet<String>,
    read: usize,
}

#[derive(Default)]
struct Record {
    seen: HashSet<VersionKey>,
    last: Option<(Says, Option<String>)>,
}

impl Known {
    /// What is to be collected of a change, by the host's own rules: nothing where it says what is
    /// known, else the change with its key, behind the one that tells of a key that it had before.
    pub(super) fn news(&mut self, task: &TaskId, mode: Mode, change: Change) -> Vec<Change> {
        let pass = if mode.listing { Pass::Listing } else { Pass::Onward };
        self.read += 1;
        let reading = Reading { pass, revision: 0, position: self.read };
        let record = self.records.entry(change.id.clone()).or_default();
        let mut new = NewChange::of(task, change, reading, false);
        let verdict = new.judge(pass, |version| record.seen.contains(version), record.last());
        if !matches!(verdict, Verdict::New | Verdict::Revived(_)) {
            return Vec::new();
        }
        let followed = record.last().map(Followed::from);
        // Of what nobody hears of, nobody hears that it moved.
        let moved = new.settle_key(task, followed).filter(|_| !mode.silent);
        record.seen.insert(new.says.version);
        record.last = Some((new.says, new.change.key.clone()));
        moved.map(|moved| moved.change).into_iter().chain([new.change]).collect()
    }

    /// Whether a record that cannot be read was not told before.
    pub(super) fn is_new(&mut self, unreadable: &Unreadable) -> bool {
        self.unreadable.insert((unreadable.id.clone(), unreadable.data.clone()))
    }

    /// Whether a notice was not told before.
    pub(super) fn is_news(&mut self, notice: &str) -> bool {
        self.notices.insert(notice.to_owned())
    }
}

impl Record {
    fn last(&self) -> Option<Last<'_>> {
        let (Says { content, gone, at, .. }, key) = self.last.as_ref()?;
        let container = ContainerId(0);
        Some(Last { container, content: *content, gone: *gone, at: *at, key: key.as_deref() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ChangeKind;

    fn task() -> TaskId {
        TaskId { connection: "general".into(), action: "appointments".into() }
    }

    fn change(version: Option<&str>, data: &str) -> Change {
        Change {
            id: "1".into(),
            kind: ChangeKind::Upserted,
            version: version.map(Into::into),
            content: None,
            key: None,
            occurred_at: None,
            data: data.into(),
        }
    }

    #[test]
    fn a_state_is_version_and_content_and_each_is_told_once() {
        let of = |version, data| change(Some(version), data);
        let saying = |content: &str, change| Change { content: Some(content.into()), ..change };
        let gone = |version| Change { kind: ChangeKind::Deleted, ..of(version, "null") };
        let mut known = Known::default();
        for (change, told, what) in [
            (of("v1", "a"), 1, "new"),
            (of("v1", "a"), 0, "again"),
            (of("v1", "b"), 1, "something else under that version"),
            (of("v2", "b"), 1, "another version, with no word of what counts"),
            (saying("c", of("v3", "x")), 1, "a content"),
            (saying("c", of("v4", "y")), 0, "another version that says the same"),
            (saying("d", of("v4", "y")), 1, "something else under that version"),
            (saying("c", of("v3", "x")), 0, "an old state, late"),
            (saying("e", change(None, "x")), 1, "a content without a version"),
            (saying("e", change(None, "x")), 0, "a content without a version, again"),
            (change(None, "a"), 1, "neither, always"),
            (change(None, "a"), 1, "neither, again"),
            (gone("v5"), 1, "gone"),
            (gone("v6"), 0, "gone as before"),
        ] {
            assert_eq!(known.news(&task(), Mode::default(), change).len(), told, "{what}");
        }
    }

    #[test]
    fn a_change_of_key_is_told_to_the_one_before_and_none_is_the_last_key() {
        use ChangeKind::{Deleted, MovedAway, Upserted};
        let mut known = Known::default();
        let mut kinds = |change| {
            let news = known.news(&task(), Mode::default(), change).into_iter();
            news.map(|it| (it.kind, it.key)).collect::<Vec<_>>()
        };
        let named = |name: &str| Some(name.to_owned());
        let held = change(Some("1"), "held");
        assert_eq!(kinds(held), [(Upserted, None)]);
        let ada = Change { key: named("ada"), ..change(Some("2"), "hers") };
        assert_eq!(kinds(ada), [(Upserted, named("ada"))], "nobody had it before");
        let ben = Change { key: named("ben"), ..change(Some("3"), "his") };
        assert_eq!(kinds(ben), [(MovedAway, named("ada")), (Upserted, named("ben"))]);
        let gone = Change { kind: Deleted, ..change(Some("4"), "null") };
        assert_eq!(kinds(gone), [(Deleted, named("ben"))]);
    }
}
