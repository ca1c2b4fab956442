//! Records of an answer, read one by one, so that an odd one takes no other along.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{Change, Failure, Page, Unreadable, response};

/// A record as it came: JSON that is not read yet, as in `appointments: Vec<Record>`. It has no
/// `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Record(Box<RawValue>);

impl Record {
    /// Its JSON.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// What it says, as a type of the connector's own.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] with the place within the record, never with what stands
    /// there.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(self.text()).map_err(|error| response::unreadable(&error))
    }
}

impl Page {
    /// Adds what these records say: a change each, or where `read` answers
    /// [`Failure::UnexpectedResponse`], that one cannot be read, and why. `list` is the name of
    /// where they stand in the answer, as `appointments`.
    ///
    /// # Errors
    /// Any other failure of `read`.
    pub fn read_each<'r>(
        mut self,
        list: &str,
        records: &'r [Record],
        mut read: impl FnMut(&'r Record) -> Result<Change, Failure>,
    ) -> Result<Self, Failure> {
        for (at, record) in records.iter().enumerate() {
            match read(record) {
                Ok(change) => self.changes.push(change),
                Err(Failure::UnexpectedResponse(reason)) => {
                    let place = format!("{list}[{at}]");
                    self.unreadable.push(unreadable(place, record, reason));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(self)
    }
}

/// Its id is a text that it has as `id`.
fn unreadable(place: String, record: &Record, reason: String) -> Unreadable {
    let value: Value = record.read().unwrap_or_default();
    let id = value.get("id").and_then(Value::as_str).map(Into::into);
    Unreadable { place, id, reason, data: record.text().into() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Known {
        id: String,
    }

    #[test]
    fn an_odd_record_takes_no_other_along() {
        let records: Vec<Record> =
            serde_json::from_str(r#"[{"id":"1"}, null, {"id":2}, {"id":"3","x":1.0}]"#).unwrap();
        let change = |record: &Record| {
            let known: Known = record.read()?;
            match known.id.as_str() {
                "3" => Err(Failure::unexpected("the third")),
                _ => Ok(Change::upserted(known.id, record.text())),
            }
        };
        let page = Page::last("9", []).read_each("list", &records, change).unwrap();
        assert_eq!(page.changes, [Change::upserted("1", r#"{"id":"1"}"#)]);
        let said: Vec<_> = page.unreadable.iter().map(|it| (it.place.as_str(), &it.id)).collect();
        assert_eq!(
            said,
            [("list[1]", &None), ("list[2]", &None), ("list[3]", &Some("3".to_owned()))]
        );
        let last = page.unreadable.last().unwrap();
        assert_eq!(
            (last.reason.as_str(), last.data.as_str()),
            ("the third", r#"{"id":"3","x":1.0}"#)
        );
        let refused = |_: &Record| Err(Failure::InvalidSettings("no".into()));
        assert!(Page::last("9", []).read_each("list", &records, refused).is_err());
    }
}
