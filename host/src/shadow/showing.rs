//! How what differs is shown: by its shape alone, as all of it is patients', or as it is where a
//! person asked for that.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::difference::{Difference, Kind};
use crate::{
    connector::{Failure, Fault},
    connector_test::{
        json::{
            Json,
            differ::{Part, Path, differences},
        },
        scenario::Fails,
    },
    egress::{Client, Request},
};

/// Differences of one value that are told one by one.
const TOLD: usize = 20;
/// Characters of a value that are shown.
const SHOWN: usize = 200;
/// Bytes of a key that can be a word of a data model.
const KEY: usize = 40;

/// What is shown of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// What kind of value it is, and how long: nothing of a patient.
    Shapes,
    /// The value.
    Values,
}

impl Showing {
    /// A JSON value, or that there is none.
    pub(super) fn json(self, value: Option<&Json>) -> String {
        match (self, value) {
            (_, None) => "nothing".into(),
            (Self::Values, Some(value)) => short(&value.compact()),
            (Self::Shapes, Some(Json::Null)) => "null".into(),
            (Self::Shapes, Some(Json::Bool(_))) => "boolean".into(),
            (Self::Shapes, Some(Json::Number(_))) => "number".into(),
            (Self::Shapes, Some(Json::Text(text))) => length(&text.read()),
            (Self::Shapes, Some(Json::List(items))) => format!("list({})", items.len()),
            (Self::Shapes, Some(Json::Table(entries))) => format!("object({})", entries.len()),
        }
    }

    /// A text, or that there is none.
    pub(super) fn text(self, text: Option<&str>) -> String {
        match (self, text) {
            (_, None) => "nothing".into(),
            (Self::Values, Some(text)) => short(text),
            (Self::Shapes, Some(text)) => length(text),
        }
    }

    /// The way to a value. A key that is no word may be a patient's.
    fn path(self, path: &Path<'_>) -> String {
        let part = |part: &Part<'_>| match (self, part) {
            (_, Part::At(index)) => format!("[{index}]"),
            (Self::Values, Part::Key(key)) => format!(".{}", key.read()),
            (Self::Shapes, Part::Key(key)) => format!(".{}", word(&key.read())),
        };
        path.parts().iter().map(part).collect()
    }

    /// A fault. What a connector says of it may hold anything.
    pub(super) fn fault(self, fault: &Fault) -> String {
        match (self, fault) {
            (Self::Shapes, Fault::Failure(failure)) => case(failure),
            (Self::Shapes, Fault::Trap { call, kind, .. }) => format!("trap in `{call}`: {kind}"),
            _ => short(&fault.to_string()),
        }
    }

    /// A request: what is declared of it, with the names in its query; or all of its target.
    ///
    /// # Errors
    /// Why it would not be sent.
    pub(super) fn request(self, client: &Client, request: &Request) -> Result<String, String> {
        let declared = client.declared(request).map_err(|error| error.to_string())?;
        if self == Self::Values {
            return Ok(short(&format!("{} {}", request.method, request.target)));
        }
        let names: Vec<_> = query(request).into_keys().map(|name| word(&name).to_owned()).collect();
        let names = names.join("=*&");
        let query = if names.is_empty() { String::new() } else { format!("?{names}=*") };
        Ok(format!("{declared}{query}"))
    }

    /// Where two JSON texts differ, each place behind `place`. Equal values in another order or
    /// form are a difference as well: a notification is its bytes.
    pub(super) fn values(self, kind: Kind, place: &str, old: &str, new: &str) -> Vec<Difference> {
        if old == new {
            return Vec::new();
        }
        let (Ok(left), Ok(right)) = (Json::parse(old), Json::parse(new)) else {
            return vec![self.texts(kind, place, Some(old), Some(new))];
        };
        let (found, more) = differences(&left, &right, TOLD);
        let told = found.iter().map(|it| Difference {
            kind,
            place: format!("{place}{}", self.path(&it.path)),
            old: self.json(it.left),
            new: self.json(it.right),
        });
        let mut told: Vec<_> = told.collect();
        if told.is_empty() {
            let form = |text: &str| format!("{} bytes", text.len());
            let note = "the same values in another order or form";
            told.push(Difference::new(kind, format!("{place} ({note})"), form(old), form(new)));
        }
        if more > 0 {
            told.push(Difference::new(kind, format!("{place} (and {more} more)"), "…", "…"));
        }
        told
    }

    /// That two texts differ.
    pub(super) fn texts(
        self,
        kind: Kind,
        place: impl Into<String>,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Difference {
        Difference::new(kind, place, self.text(old), self.text(new))
    }
}

/// The values of a target's query, by their names.
pub(super) fn query(request: &Request) -> BTreeMap<String, Vec<String>> {
    let query = request.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        values.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    values
}

/// A failure's case, without its text.
fn case(failure: &Failure) -> String {
    Fails::from(failure).case().to_owned()
}

/// A name, if it is one that a program gives: of letters, and not many.
pub(super) fn word(name: &str) -> &str {
    let is_plain = |letter: char| letter.is_ascii_alphabetic() || "_-:.".contains(letter);
    if !name.is_empty() && name.len() <= KEY && name.chars().all(is_plain) { name } else { "*" }
}

fn length(text: &str) -> String {
    format!("text({})", text.chars().count())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(showing: Showing, old: &str, new: &str) -> Vec<String> {
        let found = showing.values(Kind::Payload, "data", old, new);
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn nothing_of_a_patient_is_shown_unless_asked_for() {
        let old = r#"{"Patient":{"Name":"Ada"},"7 Elm St":1,"Tags":["a"],"Gone":true}"#;
        let new = r#"{"Patient":{"Name":"Adele"},"7 Elm St":2,"Tags":["a","b"],"Gone":null}"#;
        let shapes = [
            "payload data.Patient.Name: old text(3), new text(5)",
            "payload data.*: old number, new number",
            "payload data.Tags: old list(1), new list(2)",
            "payload data.Gone: old boolean, new null",
        ];
        assert_eq!(told(Showing::Shapes, old, new), shapes);
        let values = told(Showing::Values, old, new);
        assert_eq!(
            values.first().map(String::as_str),
            Some(r#"payload data.Patient.Name: old "Ada", new "Adele""#)
        );
        assert!(values.iter().any(|line| line.contains(".7 Elm St: old 1, new 2")), "{values:?}");
    }

    #[test]
    fn another_form_is_a_difference() {
        let found = told(Showing::Shapes, r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#);
        let expected =
            "payload data (the same values in another order or form): old 13 bytes, new 13 bytes";
        assert_eq!(found, [expected]);
        assert!(told(Showing::Shapes, "[1]", "[1]").is_empty());
    }
}
