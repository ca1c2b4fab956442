//! What a host knows of records from poll to poll, and so what it has collected.

use std::collections::{HashMap, HashSet};

use crate::{Change, ChangeKind, Unreadable};

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
        let key = change.key.clone().unwrap_or_else(|| change.id.clone());
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

    fn kinds(known: &mut Known, change: Change) -> Vec<(ChangeKind, Option<String>)> {
        let of = |change: Change| (change.kind, change.key);
        known.news(change).into_iter().map(of).collect()
    }

    #[test]
    fn a_state_is_version_and_content_and_each_is_told_once() {
        let mut known = Known::default();
        for (change, told, what) in [
            (Change::upserted("1", "a").version("v1"), 1, "new"),
            (Change::upserted("1", "a").version("v1"), 0, "again"),
            (Change::upserted("1", "a").version("v2"), 0, "another version that says the same"),
            (Change::upserted("1", "b").version("v2"), 1, "something else under that version"),
            (Change::upserted("1", "a").version("v1"), 0, "an old state, late"),
            (Change::upserted("1", "a").version("v3"), 1, "back to what it said"),
            (Change::upserted("1", "x").content("a").version("v4"), 0, "content before data"),
            (Change::upserted("1", "a"), 1, "without a version, always"),
            (Change::upserted("1", "a"), 1, "without a version, again"),
            (Change::deleted("1").version("v5"), 1, "gone"),
            (Change::deleted("1").version("v6"), 0, "gone as before"),
        ] {
            assert_eq!(known.news(change).len(), told, "{what}");
        }
    }

    #[test]
    fn a_change_of_key_is_told_to_the_one_before_and_none_is_the_last_key() {
        use ChangeKind::{Deleted, MovedAway, Upserted};
        let mut known = Known::default();
        let held = Change::upserted("1", "held").version("1");
        assert_eq!(kinds(&mut known, held), [(Upserted, None)]);
        let booked = Change::upserted("1", "booked").version("2").key("ada");
        let ada = Some("ada".to_owned());
        let moved = [(MovedAway, Some("1".into())), (Upserted, ada.clone())];
        assert_eq!(kinds(&mut known, booked), moved);
        let gone = Change::deleted("1").version("3");
        assert_eq!(kinds(&mut known, gone), [(Deleted, ada)]);
    }

    #[test]
    fn what_cannot_be_read_is_told_once_wherever_it_stands() {
        let mut known = Known::default();
        let at = |place: &str, data: &str| Unreadable {
            place: place.into(),
            id: None,
            reason: "no id".into(),
            data: data.into(),
        };
        assert!(known.is_new(&at("entry 1", "{}")) && !known.is_new(&at("entry 2", "{}")));
        assert!(known.is_new(&at("entry 1", "[]")));
        assert!(known.is_news("it does not sort") && !known.is_news("it does not sort"));
    }
}
