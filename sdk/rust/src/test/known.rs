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

/// A state: its version, or when it came to be, its content or its data, and whether it is gone.
type State = (Option<String>, Option<String>, String, ChangeKind);

#[derive(Default)]
struct Record {
    /// What the last state said: nothing where it had no content, and that it is gone.
    last: Option<(Option<String>, ChangeKind)>,
    key: Option<String>,
    seen: HashSet<State>,
}

impl Known {
    /// What is to be collected of a change: nothing where it says what is known, else the change
    /// with its key, behind the one that tells of a key that it had before.
    pub(super) fn news(&mut self, change: Change) -> Vec<Change> {
        let record = self.records.entry(change.id.clone()).or_default();
        let is_gone = change.kind == ChangeKind::Deleted;
        let content = change.content.clone().filter(|_| !is_gone);
        let last = Some((content.clone(), change.kind));
        let is_same = record.last == last && (content.is_some() || is_gone);
        let is_always = change.version.is_none() && content.is_none() && !is_gone;
        if is_same || !record.seen.insert(state(&change)) && !is_always {
            return Vec::new();
        }
        record.last = last;
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

fn state(change: &Change) -> State {
    let Change { version, content, occurred_at, data, kind, .. } = change.clone();
    let at = occurred_at.filter(|_| version.is_none());
    (version, at, content.unwrap_or(data), kind)
}

impl Record {
    fn in_line(&mut self, mut change: Change) -> Vec<Change> {
        let before = self.key.take();
        change.key = change.key.or_else(|| before.clone());
        self.key.clone_from(&change.key);
        let is_told = |before: &Option<String>| {
            before.is_some() && *before != change.key && change.kind == ChangeKind::Upserted
        };
        let moved = Some(before).filter(is_told).map(|key| Change {
            kind: ChangeKind::MovedAway,
            key,
            ..change.clone()
        });
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
            (Change::upserted("1", "b").version("v1"), 1, "something else under that version"),
            (
                Change::upserted("1", "b").version("v2"),
                1,
                "another version, with no word of what counts",
            ),
            (Change::upserted("1", "x").version("v3").content("c"), 1, "a content"),
            (
                Change::upserted("1", "y").version("v4").content("c"),
                0,
                "another version that says the same",
            ),
            (
                Change::upserted("1", "y").version("v4").content("d"),
                1,
                "something else under that version",
            ),
            (Change::upserted("1", "x").version("v3").content("c"), 0, "an old state, late"),
            (Change::upserted("1", "x").content("e"), 1, "a content without a version"),
            (Change::upserted("1", "x").content("e"), 0, "a content without a version, again"),
            (Change::upserted("1", "a"), 1, "neither, always"),
            (Change::upserted("1", "a"), 1, "neither, again"),
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
        let (ada, ben) = (Some("ada".to_owned()), Some("ben".to_owned()));
        let hers = Change::upserted("1", "hers").version("2").key("ada");
        assert_eq!(kinds(&mut known, hers), [(Upserted, ada.clone())], "nobody had it before");
        let his = Change::upserted("1", "his").version("3").key("ben");
        assert_eq!(kinds(&mut known, his), [(MovedAway, ada), (Upserted, ben.clone())]);
        let gone = Change::deleted("1").version("4");
        assert_eq!(kinds(&mut known, gone), [(Deleted, ben)]);
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
