//! What two readings of one answer, or of two, say changed.

use std::collections::{HashMap, VecDeque};

use super::{
    difference::{Difference, Kind},
    showing::Showing,
};
use crate::model::{Change, ChangeKind};

/// Where two lists of changes differ. Changes are the same by record, kind and version; what a
/// connector keeps in them for its own use is its own affair.
pub(super) fn differences(showing: Showing, old: &[Change], new: &[Change]) -> Vec<Difference> {
    let mut left = by_state(new);
    let (mut found, mut order) = (Vec::new(), Vec::new());
    for (at, change) in old.iter().enumerate() {
        match left.get_mut(&state(change)).and_then(VecDeque::pop_front) {
            Some((position, other)) => {
                order.push(position);
                found.extend(parts(showing, at, change, other));
            }
            None => found.push(only(showing, at, Some(change), None)),
        }
    }
    let mut more: Vec<_> = left.into_values().flatten().collect();
    more.sort_by_key(|(at, _)| *at);
    found.extend(more.into_iter().map(|(at, change)| only(showing, at, None, Some(change))));
    if !order.is_sorted() {
        found.push(Difference::new(Kind::Change, "changes", "one order", "another"));
    }
    found
}

type State<'a> = (&'a str, ChangeKind, Option<&'a str>);

fn state(change: &Change) -> State<'_> {
    (&change.id, change.kind, change.version.as_deref())
}

fn by_state(changes: &[Change]) -> HashMap<State<'_>, VecDeque<(usize, &Change)>> {
    let mut all = HashMap::<_, VecDeque<_>>::new();
    for (at, change) in changes.iter().enumerate() {
        all.entry(state(change)).or_default().push_back((at, change));
    }
    all
}

fn parts(showing: Showing, at: usize, old: &Change, new: &Change) -> Vec<Difference> {
    let key = |change: &Change| Some(change.ordering_key().to_owned());
    let pairs = [
        ("key", key(old), key(new)),
        ("occurred-at", old.occurred_at.clone(), new.occurred_at.clone()),
    ];
    let differing = pairs.into_iter().filter(|(_, old, new)| old != new);
    let told = differing.map(|(name, old, new)| {
        let place = format!("changes[{at}].{name}");
        showing.texts(Kind::Change, place, old.as_deref(), new.as_deref())
    });
    told.collect()
}

fn only(showing: Showing, at: usize, old: Option<&Change>, new: Option<&Change>) -> Difference {
    let told = |change: Option<&Change>| match change {
        None => "nothing".into(),
        Some(change) => {
            let kind = match change.kind {
                ChangeKind::Upserted => "upserted",
                ChangeKind::Deleted => "deleted",
                ChangeKind::MovedAway => "moved away",
            };
            format!("{kind}, id {}", showing.text(Some(&change.id)))
        }
    };
    Difference::new(Kind::Change, format!("changes[{at}]"), told(old), told(new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: &str, version: &str) -> Change {
        Change {
            id: id.into(),
            kind: ChangeKind::Upserted,
            version: Some(version.into()),
            content: None,
            key: None,
            occurred_at: None,
            data: String::new(),
        }
    }

    fn told(old: &[Change], new: &[Change]) -> Vec<String> {
        let found = differences(Showing::Shapes, old, new);
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn what_only_one_found_is_told_without_its_id() {
        let (one, two, three) = (change("Ada", "1"), change("b", "1"), change("b", "2"));
        let old = [one.clone(), two.clone()];
        assert!(told(&old, &old).is_empty());
        let data = Change { data: "its own".into(), ..two.clone() };
        assert!(told(&old, &[one.clone(), data]).is_empty());
        assert_eq!(
            told(&old, std::slice::from_ref(&two)),
            ["change changes[0]: old upserted, id text(3), new nothing"]
        );
        assert_eq!(
            told(&old, &[one.clone(), three]),
            [
                "change changes[1]: old upserted, id text(1), new nothing",
                "change changes[1]: old nothing, new upserted, id text(1)"
            ]
        );
        let keyed = Change { key: Some("patient/7".into()), ..one };
        assert_eq!(
            told(&old, &[two, keyed]),
            [
                "change changes[0].key: old text(3), new text(9)",
                "change changes: old one order, new another"
            ]
        );
    }
}
