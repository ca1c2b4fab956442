//! What of an answer is nobody's: the words that its form is made of. Whatever is not known to be
//! one is replaced.

use std::collections::HashSet;

use super::pseudonyms::Hint;
use crate::connector::RecordTime;

/// Keys whose values say how to read an answer, not whose it is: whole, or as the last word of a
/// longer key, as in `appointmentStatus`.
const STRUCTURAL: [&str; 29] = [
    "category",
    "class",
    "comparator",
    "currency",
    "format",
    "gender",
    "intent",
    "interpretation",
    "kind",
    "lang",
    "language",
    "method",
    "mode",
    "operator",
    "priority",
    "profile",
    "rel",
    "relation",
    "required",
    "resource",
    "schema",
    "severity",
    "sex",
    "status",
    "system",
    "type",
    "unit",
    "use",
    "code",
];

/// Words that make a structural key somebody's, as in `zip_code`.
const PERSONAL: [&str; 9] =
    ["access", "area", "pass", "patient", "person", "pin", "post", "postal", "zip"];

/// Keys whose numbers count something, or number states.
const COUNTING: [&str; 22] = [
    "count",
    "cursor",
    "index",
    "length",
    "limit",
    "more",
    "next",
    "offset",
    "page",
    "pages",
    "position",
    "revision",
    "rev",
    "seq",
    "sequence",
    "since",
    "size",
    "skip",
    "total",
    "until",
    "version",
    "versionid",
];

/// Words of keys that hold times.
const TIMES: [&str; 26] = [
    "at",
    "authored",
    "birth",
    "born",
    "changed",
    "created",
    "date",
    "day",
    "dob",
    "effective",
    "end",
    "ended",
    "expires",
    "from",
    "issued",
    "modified",
    "on",
    "period",
    "recorded",
    "since",
    "start",
    "time",
    "timestamp",
    "to",
    "until",
    "updated",
];

/// Words that a link is made of anywhere.
pub(super) const OF_LINKS: [&str; 16] = [
    "http", "https", "urn", "uuid", "oid", "www", "api", "rest", "fhir", "r4", "dstu2", "stu3",
    "v1", "v2", "v3", "v4",
];

/// Vocabularies that everybody uses.
const PUBLIC: [&str; 7] = [
    "http://hl7.org/",
    "http://terminology.hl7.org/",
    "http://loinc.org",
    "http://snomed.info/",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/",
    "urn:oid:",
];

/// The longest word of a form, and the most words in one.
const LONGEST: usize = 80;
const MOST_WORDS: usize = 3;
/// The most digits of a number that counts.
const COUNTED: usize = 7;

/// What stays, by its key or by itself.
#[derive(Clone, Default)]
pub(super) struct Structure {
    /// Keys or values that the user says are nobody's.
    pub(super) keep: HashSet<String>,
    /// Keys whose values are replaced, whatever else is known of them.
    pub(super) replace: HashSet<String>,
    /// Whole values that are the user's or the connector's own.
    pub(super) own: HashSet<String>,
    /// Where the manifest says that records have their time of change.
    pub(super) record_time: Option<RecordTime>,
    /// Headers that the manifest says the connector reads.
    pub(super) reads_headers: HashSet<String>,
}

impl Structure {
    /// Whether the text at a key stays as it is.
    pub(super) fn keeps_text(&self, key: &str, text: &str) -> bool {
        if self.keep.contains(text) || self.own.contains(text) {
            return true;
        }
        if self.replace.contains(key) {
            return false;
        }
        if self.keep.contains(key) {
            return true;
        }
        is_public(key, text)
            || is_structural(key) && is_plain(text)
            || is_counting(key) && is_small(text)
    }

    /// Whether the number at a key stays as it is.
    pub(super) fn keeps_number(&self, key: &str, digits: &str) -> bool {
        if self.replace.contains(key) {
            return false;
        }
        let counts = (is_counting(key) || is_structural(key)) && digits.len() <= COUNTED;
        counts || self.keep.contains(key) || self.keep.contains(digits)
    }

    /// Whether a key is of the answer's form, and not one that a table is looked up by.
    pub(super) fn keeps_key(&self, key: &str) -> bool {
        let of_a_form = |letter: char| letter.is_ascii_alphanumeric() || "_-.:$".contains(letter);
        let key = &key.replace("@odata.", "odata.");
        let digits = key.chars().filter(char::is_ascii_digit).count();
        let rest = key.strip_prefix(['_', '$', '@']).unwrap_or(key);
        let fits = rest.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && digits <= 2
            && key.len() <= 64
            && rest.chars().all(of_a_form);
        fits || self.keep.contains(key)
    }
}

/// What a key and its text say about the text.
pub(super) fn hint(key: &str, text: &str) -> Hint {
    Hint { time: is_time(key), link: is_link(text) }
}

/// The words of a key in small letters: of `lastUpdated`, `last_updated` and `LAST-UPDATED` the same.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = 'A';
    for letter in key.chars() {
        let is_new = letter.is_uppercase() && before.is_lowercase() || !letter.is_alphanumeric();
        if is_new {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_structural(key: &str) -> bool {
    let words = words(key);
    let last = words.last().is_some_and(|word| STRUCTURAL.contains(&word.as_str()));
    let whole = words.concat() == "resourcetype" || words.concat() == "contenttype";
    (last || whole) && !words.iter().any(|word| PERSONAL.contains(&word.as_str()))
}

fn is_counting(key: &str) -> bool {
    let words = words(key);
    let known = |word: &String| COUNTING.contains(&word.as_str());
    (words.len() <= 2 && words.last().is_some_and(known) || known(&words.concat()))
        && !words.iter().any(|word| PERSONAL.contains(&word.as_str()))
}

fn is_small(text: &str) -> bool {
    text.len() <= 3 && text.chars().all(|letter| letter.is_ascii_digit())
}

fn is_time(key: &str) -> bool {
    let words = words(key);
    words.iter().any(|word| {
        TIMES.contains(&word.as_str()) || word.contains("date") || word.contains("time")
    })
}

/// Whether a text is as short and plain as words of a form are.
fn is_plain(text: &str) -> bool {
    let of_a_form =
        |letter: char| letter.is_alphanumeric() || " _-.:/+#*<>=;%{}[]()".contains(letter);
    let words = text.split_whitespace().count();
    text.len() <= LONGEST
        && words <= MOST_WORDS
        && text.chars().all(of_a_form)
        && super::scan::dates(text).next().is_none()
}

fn is_public(key: &str, text: &str) -> bool {
    let names = ["url", "system", "profile"].contains(&key.to_lowercase().as_str());
    names
        && (PUBLIC.iter().any(|known| text.starts_with(known))
            || text.contains("/StructureDefinition/"))
}

/// Whether a text looks like a path, a URL or a reference to a record.
fn is_link(text: &str) -> bool {
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    !text.contains(char::is_whitespace) && has(&["/", "?", "urn:"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_known_by_its_key() {
        let structure = Structure {
            keep: HashSet::from(["colour".into(), "Ward".into()]),
            replace: HashSet::from(["category".into()]),
            own: HashSet::from(["north".into()]),
            ..Structure::default()
        };
        for (key, text, expected) in [
            ("status", "booked", true),
            ("appointmentStatus", "no show", true),
            ("resourceType", "Patient", true),
            ("system", "http://loinc.org", true),
            ("system", "http://ehr.example/mrn", true),
            ("url", "http://hl7.org/fhir/StructureDefinition/x", true),
            ("url", "http://ehr.example/Patient/7", false),
            ("code", "8302-2", true),
            ("category", "A", false),
            ("colour", "Hopper, Grace", true),
            ("shade", "Ward", true),
            ("site", "north", true),
            ("versionId", "12", true),
            ("versionId", "1234567", false),
            ("type", "Seen by Dr Hopper of North", false),
            ("type", "2026-05-05", false),
            ("name", "Grace", false),
            ("zipCode", "22201", false),
            ("zip_code", "22201", false),
            ("house", "12B", false),
            ("patientStatus", "F", false),
            ("anything", "x", false),
        ] {
            assert_eq!(structure.keeps_text(key, text), expected, "{key} {text}");
        }
    }

    #[test]
    fn numbers_stay_where_they_count() {
        let structure = Structure::default();
        for (key, digits, expected) in [
            ("total", "12", true),
            ("page_size", "100", true),
            ("versionId", "3", true),
            ("phoneNumber", "5550100", false),
            ("minutes", "30", false),
            ("total", "5550100123", false),
        ] {
            assert_eq!(structure.keeps_number(key, digits), expected, "{key} {digits}");
        }
    }

    #[test]
    fn keys_stay_where_they_are_of_a_form() {
        let structure = Structure::default();
        for (key, expected) in [
            ("lastUpdated", true),
            ("_count", true),
            ("@odata.nextLink", true),
            ("line1", true),
            ("Hopper, Grace", false),
            ("4711", false),
            ("p4711", false),
            ("2026-05-05", false),
            ("grace@ehr.example", false),
            ("value@odata.count", true),
        ] {
            assert_eq!(structure.keeps_key(key), expected, "{key}");
        }
    }
}
