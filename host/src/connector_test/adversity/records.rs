//! Which part of an answer is its records: found by what happens when a part is taken out.
//!
//! An answer's list of records is the list of which every change disappears with one element.
//! So it needs no knowledge of any EHR's format, as long as that is JSON.

use serde_json::Value;

use super::{
    json::{self, Path},
    lab::Lab,
    material::{PageCall, with_json},
    stamp::{Stamp, later},
};
use crate::{
    connector::{RecordTime, TimeForm},
    egress::Response,
    model::Change,
};

/// As many elements of a list are looked at.
const ELEMENTS: usize = 12;

/// As many lists of an answer are looked at.
const LISTS: usize = 12;

/// The records of an answer, and the rest of it.
pub(super) struct Records<'m> {
    /// The call that it was the answer to.
    pub(super) call: &'m PageCall,
    /// The answer without records.
    pub(super) rest: Value,
    /// Where its list is.
    pub(super) list: Path,
    pub(super) all: Vec<Record>,
}

/// An element of the list, and the change that it is read as.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) element: Value,
    pub(super) change: Change,
    /// Where its id stands.
    pub(super) ids: Vec<Path>,
    /// Where the time stands when it changed.
    pub(super) times: Vec<Path>,
    /// How that is written, where the manifest says.
    form: Option<TimeForm>,
}

impl Records<'_> {
    /// The answer with these elements as its list.
    pub(super) fn answer(&self, elements: Vec<Value>) -> Value {
        self.list.set(&self.rest, Value::Array(elements))
    }

    /// The same as the EHR would send it.
    pub(super) fn response(&self, elements: Vec<Value>) -> Response {
        with_json(&self.call.alone(), &self.answer(elements))
    }

    /// A record that can be copied under another id, and dated anew.
    pub(super) fn datable(&self) -> Option<&Record> {
        self.all.iter().find(|record| !record.ids.is_empty() && !record.times.is_empty())
    }
}

impl Record {
    /// The same record under another id, and the id that its change has then.
    pub(super) fn copy(&self, number: usize) -> (Self, String) {
        let old = tail(&self.change.id);
        let new = match old.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{old}{number:04}"),
            false => format!("{old}x{number}"),
        };
        let mut copy = self.clone();
        for path in &self.ids {
            let Some(value) = path.get(&self.element) else { continue };
            let text = json::scalar(value).unwrap_or_default();
            let start = text.strip_suffix(old).unwrap_or_default();
            let id = json::like(value, &format!("{start}{new}"));
            path.put(&mut copy.element, id);
        }
        let start = self.change.id.strip_suffix(old).unwrap_or_default();
        let id = format!("{start}{new}");
        copy.change.id.clone_from(&id);
        (copy, id)
    }

    /// The same record, changed at another time.
    pub(super) fn dated(&self, instant: jiff::Timestamp) -> Self {
        let mut dated = self.clone();
        for path in &self.times {
            let Some(value) = path.get(&self.element) else { continue };
            let text = json::scalar(value).unwrap_or_default();
            let stamp = match self.form {
                Some(form) => Stamp::declared(&text, form),
                None => Stamp::parse(&text),
            };
            let Some(stamp) = stamp else { continue };
            let new = json::like(value, &stamp.print(instant));
            path.put(&mut dated.element, new);
        }
        dated
    }
}

/// The part of an id that EHRs know it by, where it stands with a type.
fn tail(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// Finds the records of an answer that brought changes.
pub(super) async fn find<'m>(lab: &mut Lab<'_>, call: &'m PageCall) -> Option<Records<'m>> {
    let value = call.json()?;
    let is_list = |path: &Path| {
        path.get(&value).is_some_and(|it| it.is_array() && *it != Value::Array(vec![]))
    };
    let lists = json::places(&value, 3).into_iter().filter(is_list).take(LISTS);
    for list in lists {
        let rest = list.set(&value, Value::Array(Vec::new()));
        let mut records = Records { call, rest, list, all: Vec::new() };
        let elements = records.list.get(&value).and_then(Value::as_array).cloned();
        let elements = elements.unwrap_or_default();
        for at in 0..elements.len().min(ELEMENTS) {
            if let Some(change) = carried(lab, &records, &elements, at).await {
                let record = record(lab, &records, elements.get(at)?.clone(), change).await;
                records.all.push(record);
            }
        }
        if !records.all.is_empty() {
            return Some(records);
        }
    }
    None
}

/// The change that an element carries: the one that is missing without it.
async fn carried(
    lab: &mut Lab<'_>,
    records: &Records<'_>,
    elements: &[Value],
    at: usize,
) -> Option<Change> {
    let mut without = elements.to_vec();
    without.remove(at);
    let PageCall { place, cursor, page, .. } = records.call;
    let answer = records.response(without);
    let left = lab.changes(place, cursor.as_deref(), &answer).await.ok()?.changes;
    let count =
        |changes: &[Change], it: &Change| changes.iter().filter(|its| its.id == it.id).count();
    let missing = page.changes.iter().find(|it| count(&left, it) < count(&page.changes, it));
    missing.filter(|_| left.len() + 1 == page.changes.len()).cloned()
}

async fn record(
    lab: &mut Lab<'_>,
    records: &Records<'_>,
    element: Value,
    change: Change,
) -> Record {
    let id = tail(&change.id).to_owned();
    let found = json::scalars(&element);
    let names = |text: &str| text == id || text.ends_with(&format!("/{id}"));
    let ids = found.iter().filter(|(_, text)| names(text)).map(|(path, _)| path.clone()).collect();
    let action = lab.connector().manifest().action(&records.call.place.action);
    let declared = action.and_then(|action| action.record_time.as_ref());
    let form = declared.map(|time| time.form);
    let mut record = Record { element, change, ids, times: Vec::new(), form };
    record.times = match declared {
        Some(time) => declared_times(time, &found),
        None => times(lab, records, &record, &found).await,
    };
    record
}

/// Where the manifest says that the time stands: of several such places the outermost.
fn declared_times(time: &RecordTime, found: &[(Path, String)]) -> Vec<Path> {
    let fits = |(path, text): &&(Path, String)| {
        path.ends_with(&time.field) && Stamp::declared(text, time.form).is_some()
    };
    let outermost = found.iter().filter(fits).min_by_key(|(path, _)| path.depth());
    outermost.map(|(path, _)| path.clone()).into_iter().collect()
}

/// Where the time of the change seems to stand: where the change's own is, else in its version,
/// else wherever another time moves the cursor. Days alone count where there is no time of day.
async fn times(
    lab: &mut Lab<'_>,
    records: &Records<'_>,
    record: &Record,
    found: &[(Path, String)],
) -> Vec<Path> {
    let mut moments: Vec<(&Path, &String, Stamp)> =
        found.iter().filter_map(|(path, text)| Some((path, text, Stamp::parse(text)?))).collect();
    if moments.iter().any(|(.., stamp)| stamp.has_clock()) {
        moments.retain(|(.., stamp)| stamp.has_clock());
    }
    let Change { occurred_at, version, .. } = &record.change;
    let occurred = occurred_at.as_deref().and_then(Stamp::parse).map(|stamp| stamp.instant);
    let version = version.as_deref().unwrap_or_default();
    let paths = |is: &dyn Fn(&str, &Stamp) -> bool| -> Vec<Path> {
        let found = moments.iter().filter(|(_, text, stamp)| is(text, stamp));
        found.map(|(path, ..)| (*path).clone()).collect()
    };
    let told = paths(&|_, stamp| Some(stamp.instant) == occurred);
    let told = if told.is_empty() { paths(&|text, _| version.contains(text)) } else { told };
    if !told.is_empty() {
        return told;
    }
    let mut moving = Vec::new();
    for (path, _, stamp) in moments {
        let ahead = if stamp.has_clock() { 3600 } else { 86_400 };
        let moved = stamp.print(later(stamp.instant, ahead));
        let (before, after) = (
            record.element.clone(),
            path.set(&record.element, like(path, &record.element, &moved)),
        );
        if cursor(lab, records, before).await != cursor(lab, records, after).await {
            moving.push(path.clone());
        }
    }
    moving
}

/// The cursor after a page of this element alone.
async fn cursor(lab: &mut Lab<'_>, records: &Records<'_>, element: Value) -> Option<String> {
    let PageCall { place, cursor, .. } = records.call;
    let answer = records.response(vec![element]);
    Some(lab.changes(place, cursor.as_deref(), &answer).await.ok()?.cursor)
}

fn like(path: &Path, element: &Value, text: &str) -> Value {
    json::like(path.get(element).unwrap_or(&Value::Null), text)
}
