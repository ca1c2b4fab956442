//! What a host knows of records from poll to poll, and so what it has collected.

use std::collections::{HashMap, HashSet};

use crate::{
    connector::Unreadable,
    model::{Change, ChangeKind},
};

/// What was read so far.
#[derive(Default)]
pub(super) struct Known {
    records: HashMap<String, Record>,
    unreadable: HashSet<(Option<String>, String)>,
    notices: HashSet<String>,
}

/// What a state says: its content, or its data, and whether it is gone.
type Says = (ChangeKind, String);

#[derive(Default)]
struct Record {
    last: Option<Says>,
    key: Option<String>,
    seen: HashSet<(String, Says)>,
}

impl Known {
    /// What is to be collected of a change: nothing where it says what is known, else the change
    /// with its key, behind the one that tells of a key that it had before.
    pub(super) fn news(&mut self, change: Change) -> Vec<Change> {
        let says = (change.kind, change.content.clone().unwrap_or_else(|| change.data.clone()));
        let record = self.records.entry(change.id.clone()).or_default();
        let is_same = record.last.as_ref() == Some(&says);
        let is_new = match &change.version {
            Some(version) => record.seen.insert((version.clone(), says.clone())) && !is_same,
            None => true,
        };
        if !is_new {
            return Vec::new();
        }
        record.last = Some(says);
        record.in_line(change)
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
    fn in_line(&mut self, mut change: Change) -> Vec<Change> {
        let before = self.key.take();
        change.key = change.key.or_else(|| before.clone().filter(|key| *key != change.id));
        let key = change.ordering_key().to_owned();
        let moved = before.filter(|before| *before != key).map(|before| Change {
            kind: ChangeKind::MovedAway,
            key: Some(before),
            ..change.clone()
        });
        self.key = Some(key);
        moved.into_iter().chain([change]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let gone = |version| Change { kind: ChangeKind::Deleted, ..of(version, "null") };
        let mut known = Known::default();
        for (change, told, what) in [
            (of("v1", "a"), 1, "new"),
            (of("v1", "a"), 0, "again"),
            (of("v2", "a"), 0, "another version that says the same"),
            (of("v2", "b"), 1, "something else under that version"),
            (of("v1", "a"), 0, "an old state, late"),
            (of("v3", "a"), 1, "back to what it said"),
            (Change { content: Some("a".into()), ..of("v4", "x") }, 0, "content before data"),
            (change(None, "a"), 1, "without a version, always"),
            (change(None, "a"), 1, "without a version, again"),
            (gone("v5"), 1, "gone"),
            (gone("v6"), 0, "gone as before"),
        ] {
            assert_eq!(known.news(change).len(), told, "{what}");
        }
    }

    #[test]
    fn a_change_of_key_is_told_to_the_one_before_and_none_is_the_last_key() {
        use ChangeKind::{Deleted, MovedAway, Upserted};
        let mut known = Known::default();
        let mut kinds = |change| {
            let news = known.news(change).into_iter();
            news.map(|it| (it.kind, it.key)).collect::<Vec<_>>()
        };
        let ada = || Some("ada".to_owned());
        assert_eq!(kinds(change(Some("1"), "held")), [(Upserted, None)]);
        let booked = Change { key: ada(), ..change(Some("2"), "booked") };
        assert_eq!(kinds(booked), [(MovedAway, Some("1".into())), (Upserted, ada())]);
        let gone = Change { kind: Deleted, ..change(Some("3"), "null") };
        assert_eq!(kinds(gone), [(Deleted, ada())]);
    }
}
