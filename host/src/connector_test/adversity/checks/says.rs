//! A record that says something else is another state, by its content or its version and data.

use serde_json::{Value, json};

use super::{
    super::{
        json,
        lab::Lab,
        records::{Record, Records},
        report::{Cost, Done, Flaw, Tally},
    },
    Bench, NO_RECORD,
};
use crate::model::Change;

static SILENT: Flaw = Flaw {
    cost: Cost::LostChange,
    seen: "whatever a record says, its change has the same content",
    costs: "what says the same as a record's last state is told to nobody: its first state is \
            told, and no change after it",
    mend: "make the `content` of all that is told of a record, or leave it out: then each version \
           is told",
};

pub(super) async fn check(lab: &mut Lab<'_>, bench: &Bench<'_>) -> Done {
    let mut tally = Tally::new("contents", "A record that says something else is another state");
    for records in &bench.records {
        let Some(record) = records.all.first() else { continue };
        tally.tried();
        if !shows(lab, records, record).await {
            let what = "no field of the record makes a difference";
            tally.found(&SILENT, what, &records.call.at);
        }
    }
    tally.done(NO_RECORD)
}

/// Whether any field of a record shows in what its change says.
async fn shows(lab: &mut Lab<'_>, records: &Records<'_>, record: &Record) -> bool {
    let call = records.call;
    for (path, _) in json::scalars(&record.element) {
        let Some(other) = path.get(&record.element).and_then(other) else { continue };
        lab.call = format!("{}, `{path}` otherwise", call.at);
        let answer = records.response(vec![path.set(&record.element, other)]);
        let Ok(page) = lab.changes(&call.place, call.cursor.as_deref(), &answer).await else {
            continue;
        };
        let its = page.changes.iter().find(|change| change.id == record.change.id);
        if its.is_some_and(|its| says(its) != says(&record.change)) {
            return true;
        }
    }
    false
}

/// What a host goes by.
fn says(change: &Change) -> (Option<&str>, &str) {
    match &change.content {
        Some(content) => (None, content),
        None => (change.version.as_deref(), &change.data),
    }
}

/// Another value of the same type.
fn other(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => Some(json!(format!("{text}x"))),
        Value::Number(number) => Some(json!(number.as_i64()?.checked_add(1)?)),
        Value::Bool(is) => Some(json!(!is)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
