//! Who is told: what it took of what it was sent.

use bytes::Bytes;
use rounds::egress::Carried;
use serde::Deserialize;
use serde_json::Value;

use super::oracle::MERGE;
use super::record::{Kind, Record, marked};

/// A notification as a receiver reads it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Told {
    #[serde(rename = "type")]
    pub(super) event: String,
    pub(super) data: Value,
    pub(super) meta: Meta,
}

/// What the host says of it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Meta {
    pub(super) id: String,
    pub(super) action: String,
    pub(super) record: String,
    pub(super) key: String,
}

/// A notification that was sent.
pub(super) struct Taken {
    pub(super) at: i64,
    pub(super) body: Bytes,
    pub(super) told: Told,
    /// The state that it tells of: of which record, and its number.
    pub(super) state: Option<(String, usize)>,
    /// Whether the receiver took it.
    pub(super) is_taken: bool,
}

/// All that was sent, in its order.
#[derive(Default)]
pub(super) struct Receiver {
    pub(super) sent: Vec<Taken>,
}

impl Taken {
    /// Whether it tells of that record.
    pub(super) fn is_of(&self, record: &Record) -> bool {
        match &self.state {
            Some((id, _)) => *id == record.id,
            None => self.told.kind() == Some(record.kind) && self.told.meta.record == record.id,
        }
    }
}

impl Told {
    pub(super) fn of(request: &Carried) -> Self {
        serde_json::from_slice(&request.body).unwrap()
    }

    fn kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.action() == self.meta.action)
    }

    /// The state that stands in it; a patient may stand beside what it is about.
    fn state(&self) -> Option<(String, usize)> {
        let is_patient = self.kind() == Some(Kind::Patient);
        let data = match is_patient {
            true => self.data.get("Patient")?.clone(),
            false => {
                let mut data = self.data.clone();
                data.as_object_mut()?.remove("Patient");
                data
            }
        };
        search(&data).map(|(id, number)| (id.to_owned(), number))
    }
}

impl Receiver {
    pub(super) fn take(&mut self, at: i64, request: &Carried, told: Told, is_taken: bool) {
        // A merge tells of two.
        let is_own = |state: &(String, usize)| told.event != MERGE || state.0 == told.meta.record;
        let state = told.state().filter(is_own);
        self.sent.push(Taken { at, body: request.body.clone(), told, state, is_taken });
    }

    /// What it took.
    pub(super) fn taken(&self) -> impl DoubleEndedIterator<Item = &Taken> {
        self.sent.iter().filter(|it| it.is_taken)
    }
}

/// The first mark anywhere in a value.
fn search(value: &Value) -> Option<(&str, usize)> {
    match value {
        Value::String(text) => marked(text),
        Value::Array(values) => values.iter().find_map(search),
        Value::Object(fields) => fields.values().find_map(search),
        _ => None,
    }
}
