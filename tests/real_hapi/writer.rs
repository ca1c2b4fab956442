//! Who writes to the server, and notes what in the ledger.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::ledger::Ledger;
use crate::support::{
    eventually_within,
    real::{Rest, records},
};

/// A writer. A cheap handle: a record is to be written by one at a time.
#[derive(Clone)]
pub(super) struct Writer {
    rest: Rest,
    pub(super) ledger: Arc<Ledger>,
}

impl Writer {
    pub(super) fn new(rest: Rest) -> Self {
        Self { rest, ledger: Arc::default() }
    }

    /// Writes a record that has an id as its next state, again and again until the server has it: it may
    /// be down, or refuse what meets another write. Another version does not come of that.
    pub(super) async fn write(&self, record: &Value) {
        let mut record = record.clone();
        self.ledger.mark(&mut record);
        self.store(&record).await;
    }

    /// Writes a record with members in place of its own.
    pub(super) async fn change(&self, record: &Value, with: Value) {
        let mut record = record.clone();
        record.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        self.write(&record).await;
    }

    /// Writes a record that the ledger is not to know of.
    pub(super) async fn store(&self, record: &Value) {
        let path = path(record);
        let put = async || {
            let (status, answer) =
                self.rest.send(Method::PUT, &path, Some(record.clone())).await.ok()?;
            let again = status == StatusCode::CONFLICT || status.is_server_error();
            assert!(again || status.is_success(), "{path}: {status} {answer}");
            status.is_success().then_some(())
        };
        let what = format!("{path} to be written");
        eventually_within(super::LONG, &what, put, async || String::new()).await;
    }

    /// Deletes a record.
    pub(super) async fn delete(&self, record: &Value) {
        let (status, answer) =
            self.rest.send(Method::DELETE, &path(record), None).await.expect("an answer");
        assert!(status.is_success(), "{status} {answer}");
        self.ledger.is_deleted(record["id"].as_str().unwrap());
    }

    /// Creates records in one transaction; gives their ids.
    pub(super) async fn transaction(&self, mut records: Vec<Value>) -> Vec<String> {
        let marks: Vec<_> = records.iter_mut().map(|record| self.ledger.mark(record)).collect();
        let entry = |record: Value| {
            let request = json!({ "method": "POST", "url": record["resourceType"] });
            json!({ "request": request, "resource": record })
        };
        let entries: Vec<_> = records.into_iter().map(entry).collect();
        let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
        let (status, answer) =
            self.rest.send(Method::POST, "", Some(bundle)).await.expect("an answer");
        assert!(status.is_success(), "a transaction: {status} {answer:.2000}");
        let made = answer["entry"].as_array().expect("entries").iter().map(id_of_entry);
        let made: Vec<_> = made.collect();
        assert_eq!(made.len(), marks.len(), "entries of the transaction's answer");
        for (number, id) in marks.into_iter().zip(&made) {
            self.ledger.is_known_as(number, id);
        }
        made
    }

    /// Ten writes a second, each of another of these records in turn, until `done`.
    pub(super) async fn write_singly(&self, records: Vec<Value>, done: CancellationToken) -> usize {
        let mut beat = tokio::time::interval(std::time::Duration::from_millis(100));
        let mut written = 0;
        for record in records.iter().cycle() {
            if done.run_until_cancelled(beat.tick()).await.is_none() {
                break;
            }
            self.write(record).await;
            written += 1;
        }
        written
    }
}

/// A patient of this module, with an id that no other has.
pub(super) fn patient() -> Value {
    let id = fresh("pat");
    with_id(records::patient("Example", "Ada", &id), &id)
}

/// An appointment of a patient, with an id that no other has.
pub(super) fn appointment(patient: &Value) -> Value {
    with_id(appointment_to_come(patient), &fresh("apt"))
}

/// An appointment of a patient that the server gives an id to.
pub(super) fn appointment_to_come(patient: &Value) -> Value {
    records::appointment(&[patient], "2027-01-05T10:00:00Z", "booked")
}

/// A record with an id of its own.
pub(super) fn with_id(mut record: Value, id: &str) -> Value {
    record["id"] = json!(id);
    record
}

/// An id that nothing else has on this server.
pub(super) fn fresh(kind: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("{kind}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn path(record: &Value) -> String {
    format!("{}/{}", record["resourceType"].as_str().unwrap(), record["id"].as_str().unwrap())
}

/// The id in an entry's location, as `Appointment/1000/_history/1`.
fn id_of_entry(entry: &Value) -> String {
    let location = entry["response"]["location"].as_str().expect("a location");
    location.split('/').nth(1).expect("an id").to_owned()
}
