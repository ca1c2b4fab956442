//! JSON as it is written: keys in their order, numbers by their digits, strings by their escapes.
//!
//! `serde_json::Value` sorts keys, but a notification's bytes hang on their order, and a file that
//! is rewritten should read as its author wrote it.

pub mod differ;

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// How deep lists and tables may lie in each other.
const DEEPEST: usize = 128;
/// How long a line may be.
const WIDTH: usize = 100;

/// A JSON text's value.
#[derive(Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, by its digits.
    Number(String),
    /// A string.
    Text(Quoted),
    /// A list.
    List(Vec<Json>),
    /// An object: keys in their order.
    Table(Vec<(Quoted, Json)>),
}

/// A string between its quotes, escapes as they were written.
#[derive(Clone, PartialEq, Eq)]
pub struct Quoted(String);

impl Quoted {
    /// What it stands for.
    pub fn read(&self) -> Cow<'_, str> {
        match self.0.get(1..self.0.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
            _ => Cow::Owned(serde_json::from_str(&self.0).unwrap_or_default()),
        }
    }
}

impl From<&str> for Quoted {
    fn from(text: &str) -> Self {
        Self(serde_json::Value::from(text).to_string())
    }
}

impl Json {
    /// Reads a whole JSON text.
    ///
    /// # Errors
    /// Where it is none, or lies too deep.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        read(serde_json::from_str(text)?, DEEPEST)
    }

    /// A string.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(text.as_ref().into())
    }

    /// An object.
    pub fn table<'k>(entries: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::Table(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The value of a key, where this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => {
                entries.iter().find(|(name, _)| name.read() == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// As a value of `serde_json`, which forgets the order of keys.
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(&self.compact()).unwrap_or_default()
    }

    /// Whether it says the same, whatever the order of keys.
    pub fn same(&self, other: &Self) -> bool {
        self.value() == other.value()
    }

    /// Without white space between its parts.
    pub fn compact(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, Layout::Compact);
        text
    }

    /// Laid out with two spaces a level; what fits into a line stays in one.
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, Layout::Lines(0));
        text
    }

    /// In one line, with blanks for people.
    fn line(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, Layout::Line);
        text
    }

    fn write(&self, to: &mut String, layout: Layout) {
        let layout = match layout {
            Layout::Lines(level) if level > 0 && self.fits(to) => Layout::Line,
            layout => layout,
        };
        match self {
            Self::Null => to.push_str("null"),
            Self::Bool(yes) => to.push_str(if *yes { "true" } else { "false" }),
            Self::Number(digits) => to.push_str(digits),
            Self::Text(text) => to.push_str(&text.0),
            Self::List(items) => {
                enclose(to, layout, ["[", "]"], items, |item, to, layout| item.write(to, layout));
            }
            Self::Table(entries) => {
                let ends = if layout == Layout::Line { ["{ ", " }"] } else { ["{", "}"] };
                enclose(to, layout, ends, entries, |(key, value), to, layout| {
                    to.push_str(&key.0);
                    to.push_str(if layout == Layout::Compact { ":" } else { ": " });
                    value.write(to, layout);
                });
            }
        }
    }

    /// Whether it fits into what is left of a line.
    fn fits(&self, before: &str) -> bool {
        let indented = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let is_short = |items: usize| items <= WIDTH / 4;
        let may = match self {
            Self::List(items) => is_short(items.len()),
            Self::Table(entries) => is_short(entries.len()),
            _ => true,
        };
        may && indented + self.line().len() < WIDTH
    }
}

/// How parts stand to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Nothing between them.
    Compact,
    /// A blank between them.
    Line,
    /// A line each, so many levels deep.
    Lines(usize),
}

fn enclose<T>(
    to: &mut String,
    layout: Layout,
    [open, close]: [&str; 2],
    items: &[T],
    write: impl Fn(&T, &mut String, Layout),
) {
    if items.is_empty() {
        to.push_str(open.trim());
        return to.push_str(close.trim());
    }
    let within = match layout {
        Layout::Lines(level) => Layout::Lines(level + 1),
        layout => layout,
    };
    to.push_str(open);
    for (at, item) in items.iter().enumerate() {
        match (at, within) {
            (0, _) => {}
            (_, Layout::Line) => to.push_str(", "),
            _ => to.push(','),
        }
        new_line(to, within);
        write(item, to, within);
    }
    new_line(to, layout);
    to.push_str(close);
}

fn new_line(to: &mut String, layout: Layout) {
    if let Layout::Lines(level) = layout {
        to.push('\n');
        to.extend(std::iter::repeat_n("  ", level));
    }
}

fn read(raw: &RawValue, deeper: usize) -> Result<Json, serde_json::Error> {
    let text = raw.get();
    let within = || deeper.checked_sub(1).ok_or_else(|| serde_json::Error::custom("lies too deep"));
    Ok(match text.as_bytes().first() {
        Some(b'n') => Json::Null,
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'"') => Json::Text(Quoted(text.to_owned())),
        Some(b'[') => {
            let (items, deeper): (Vec<&RawValue>, _) = (serde_json::from_str(text)?, within()?);
            Json::List(items.into_iter().map(|item| read(item, deeper)).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let (Entries(entries), deeper) = (serde_json::from_str(text)?, within()?);
            let quoted = |key: &RawValue| Quoted(key.get().to_owned());
            let entries =
                entries.into_iter().map(|(key, value)| Ok((quoted(key), read(value, deeper)?)));
            Json::Table(entries.collect::<Result<_, serde_json::Error>>()?)
        }
        _ => Json::Number(text.to_owned()),
    })
}

/// An object's entries in their order, equal keys included.
struct Entries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(D::Error::custom)
    }
}

/// Says what it is, not what it holds.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Table(_) => "an object",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_stays_as_it_was() {
        for text in [
            "null",
            r#"{"b":1,"a":[true,false,null,{}],"b":2}"#,
            r#"[1.0,-0,1e400,12345678901234567890123]"#,
            r#"{"\u0061":"ü\n\u0001\\\/"}"#,
        ] {
            let json = Json::parse(text).unwrap();
            assert_eq!(json.compact(), text);
            assert_eq!(Json::parse(&json.pretty()).unwrap(), json);
        }
    }

    #[test]
    fn it_is_laid_out_for_people() {
        let json = Json::parse(r#"{"a":[1,{"b":[],"d":2}],"c":{}}"#).unwrap();
        let pretty = "{\n  \"a\": [1, { \"b\": [], \"d\": 2 }],\n  \"c\": {}\n}";
        assert_eq!(json.pretty(), pretty);
    }

    #[test]
    fn the_order_of_keys_does_not_matter_where_values_are_compared() {
        let (one, other) = (Json::parse(r#"{"a":1,"b":2}"#), Json::parse(r#"{"b":2,"a":1}"#));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(one.same(&other) && one != other);
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_an_error() {
        let deep = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::parse(&deep(100)).is_ok());
        assert!(Json::parse(&deep(100_000)).is_err());
        for text in ["", "{", "{} x", "nul", "'a'"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }
}
