//! What the practice EHR holds: every record as the bytes that it is answered with, in the
//! order in which searches list them.
//!
//! Records are serialised when they change, not when they are asked for, so that a search is
//! a walk over a range and an answer is a copy. To change one, it is parsed and written anew.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Kind;
use crate::clock::Clock;

/// One version of a record.
pub(super) struct Record {
    pub(super) id: Arc<str>,
    pub(super) version: u64,
    /// `meta.lastUpdated`, in milliseconds since 1970.
    pub(super) updated: i64,
    /// The resource as JSON, or `None` of a deleted one.
    pub(super) body: Option<Bytes>,
    /// What it refers to, as `Patient/pat-7`.
    pub(super) references: Vec<String>,
}

/// All records of one kind.
#[derive(Default)]
pub(super) struct Shelf {
    records: HashMap<Arc<str>, Arc<Record>>,
    order: BTreeMap<(i64, Arc<str>), Arc<Record>>,
    ids: Vec<Arc<str>>,
}

impl Shelf {
    /// The newest version of a record, be it a deleted one.
    pub(super) fn get(&self, id: &str) -> Option<&Arc<Record>> {
        self.records.get(id)
    }

    /// Every id that was ever given, in the order of its making.
    pub(super) fn ids(&self) -> &[Arc<str>] {
        &self.ids
    }

    /// The records last changed within these milliseconds, oldest first.
    pub(super) fn changed(
        &self,
        within: Range<i64>,
    ) -> impl DoubleEndedIterator<Item = &Arc<Record>> + use<'_> {
        let nobody: Arc<str> = "".into();
        let end = within.end.max(within.start);
        let range = (within.start, Arc::clone(&nobody))..(end, nobody);
        self.order.range(range).map(|(_, record)| record)
    }

    fn put(&mut self, record: Record) {
        let record = Arc::new(record);
        let id = Arc::clone(&record.id);
        match self.records.insert(Arc::clone(&id), Arc::clone(&record)) {
            Some(before) => drop(self.order.remove(&(before.updated, Arc::clone(&id)))),
            None => self.ids.push(Arc::clone(&id)),
        }
        if record.body.is_some() {
            self.order.insert((record.updated, id), record);
        }
    }
}

/// All shelves, and the clock that dates what is put on them.
pub(super) struct Shelves {
    shelves: BTreeMap<Kind, Shelf>,
    clock: Arc<dyn Clock>,
    last: i64,
    stopped: bool,
}

impl Shelves {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let shelves = Kind::ALL.into_iter().map(|kind| (kind, Shelf::default())).collect();
        Self { shelves, clock, last: i64::MIN, stopped: false }
    }

    /// The shelf of a kind; every kind has one.
    pub(super) fn of(&self, kind: Kind) -> Option<&Shelf> {
        self.shelves.get(&kind)
    }

    /// The time by the clock that dates changes.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether all that changes from now on bears the same time.
    pub(super) fn stop_clock(&mut self, stopped: bool) {
        self.stopped = stopped;
    }

    /// The time of a change now: never before an earlier change's, and after the record's
    /// version `before`.
    fn date(&mut self, before: Option<i64>) -> i64 {
        let now = if self.stopped { self.last } else { self.clock.now().as_millisecond() };
        let after = before.map_or(i64::MIN, |before| before + 1);
        self.last = now.max(self.last).max(after);
        self.last
    }

    /// The id that the next new record of a kind gets.
    pub(super) fn next_id(&self, kind: Kind) -> String {
        let number = self.of(kind).map_or(0, |shelf| shelf.ids.len()) + 1;
        format!("{}-{number}", kind.prefix())
    }

    /// Puts a record's next version on its shelf, dated now.
    pub(super) fn put(&mut self, kind: Kind, id: &str, resource: Value) -> Option<Arc<Record>> {
        let before = self.of(kind)?.get(id).map(|record| record.updated);
        let at = self.date(before);
        self.put_dated(kind, id, at, Some(resource))
    }

    /// Takes a record off its shelf; asking for it says that it is gone.
    pub(super) fn delete(&mut self, kind: Kind, id: &str) -> Option<Arc<Record>> {
        let record = self.of(kind)?.get(id)?;
        record.body.as_ref()?;
        let before = Some(record.updated);
        let at = self.date(before);
        self.put_dated(kind, id, at, None)
    }

    /// Puts a record's next version on its shelf with a time of the caller's choice.
    pub(super) fn put_dated(
        &mut self,
        kind: Kind,
        id: &str,
        at: i64,
        resource: Option<Value>,
    ) -> Option<Arc<Record>> {
        let shelf = self.shelves.get_mut(&kind)?;
        let before = shelf.get(id);
        let version = before.map_or(0, |record| record.version) + 1;
        let mut references = Vec::new();
        let body = resource.map(|mut resource| {
            name(&mut resource, kind, id, version, at);
            collect_references(&resource, &mut references);
            Bytes::from(resource.to_string())
        });
        shelf.put(Record { id: id.into(), version, updated: at, body, references });
        self.last = self.last.max(at);
        shelf.get(id).cloned()
    }

    /// A record as it is now, to be changed; `None` where there is none or it is deleted.
    pub(super) fn read(&self, kind: Kind, id: &str) -> Option<Value> {
        let body = self.of(kind)?.get(id)?.body.as_ref()?;
        serde_json::from_slice(body).ok()
    }
}

/// A `meta.lastUpdated` as the server writes it.
pub(super) fn written(milliseconds: i64) -> String {
    format!("{:.3}", instant(milliseconds))
}

/// The time of these milliseconds since 1970.
pub(super) fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// Writes the members that the server keeps: type, id and meta.
fn name(resource: &mut Value, kind: Kind, id: &str, version: u64, at: i64) {
    let Some(resource) = resource.as_object_mut() else { return };
    let meta = json!({ "versionId": version.to_string(), "lastUpdated": written(at) });
    resource.insert("resourceType".to_owned(), kind.name().into());
    resource.insert("id".to_owned(), id.into());
    resource.insert("meta".to_owned(), meta);
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("reference") {
                into.push(reference.clone());
            }
            members.values().for_each(|member| collect_references(member, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, into)),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clock::Manual;

    fn shelves() -> Shelves {
        Shelves::new(Arc::new(Manual::at(instant(1_000))))
    }

    fn times(shelves: &Shelves) -> Vec<(i64, String)> {
        let shelf = shelves.of(Kind::Patient).unwrap();
        shelf.changed(0..i64::MAX).map(|record| (record.updated, record.id.to_string())).collect()
    }

    #[test]
    fn times_grow_with_the_versions_of_a_record() {
        let mut shelves = shelves();
        shelves.put(Kind::Patient, "a", json!({}));
        shelves.put(Kind::Patient, "b", json!({}));
        assert_eq!(times(&shelves), [(1_000, "a".into()), (1_000, "b".into())]);
        let again = shelves.put(Kind::Patient, "a", json!({})).unwrap();
        assert_eq!((again.updated, again.version), (1_001, 2));
        assert_eq!(times(&shelves), [(1_000, "b".into()), (1_001, "a".into())]);
    }

    #[test]
    fn a_record_says_its_type_id_version_and_time() {
        let mut shelves = shelves();
        shelves.put(Kind::Patient, "a", json!({ "active": true }));
        let read = shelves.read(Kind::Patient, "a").unwrap();
        let meta = json!({ "versionId": "1", "lastUpdated": "1970-01-01T00:00:01.000Z" });
        let whole = json!({ "resourceType": "Patient", "id": "a", "meta": meta, "active": true });
        assert_eq!(read, whole);
    }

    #[test]
    fn what_is_deleted_is_known_but_not_listed() {
        let mut shelves = shelves();
        shelves.put(Kind::Patient, "a", json!({}));
        assert_eq!(shelves.delete(Kind::Patient, "a").unwrap().version, 2);
        assert!(times(&shelves).is_empty());
        assert!(shelves.read(Kind::Patient, "a").is_none());
        assert!(shelves.delete(Kind::Patient, "a").is_none());
        assert!(shelves.of(Kind::Patient).unwrap().get("a").is_some());
    }

    #[test]
    fn references_are_found_at_any_depth() {
        let mut found = Vec::new();
        let value =
            json!({ "a": [{ "actor": { "reference": "Patient/1" } }], "reference": "Location/2" });
        collect_references(&value, &mut found);
        found.sort();
        assert_eq!(found, ["Location/2", "Patient/1"]);
    }
}
