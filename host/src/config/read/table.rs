//! A table while it is read by its form.

use std::{borrow::Cow, ops::Range};

use toml::de::DeTable;

use super::{form::Tag, source::Source, value::Value};
use crate::config::{
    Place,
    nearest::nearest,
    shape::{Found, Preset, Row, Sheet},
};

/// One table, and which of its keys were read without a fault.
pub(super) struct Table<'t> {
    pub(super) source: &'t Source<'t>,
    key: &'t str,
    key_span: Range<usize>,
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    faulty: Vec<&'static str>,
}

impl<'t> Table<'t> {
    /// The whole text.
    pub(super) fn root(
        source: &'t Source<'t>,
        entries: &'t DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self::new(source, ("", 0..0), entries, span)
    }

    /// What stands under a key.
    pub(super) fn new(
        source: &'t Source<'t>,
        (key, key_span): (&'t str, Range<usize>),
        entries: &'t DeTable<'t>,
        span: Range<usize>,
    ) -> Self {
        Self { source, key, key_span, entries, span, faulty: Vec::new() }
    }

    pub(super) fn place(&self) -> Place {
        self.source.place(&self.span)
    }

    /// The key that it stands under.
    pub(super) fn key(&self) -> &'t str {
        self.key
    }

    pub(super) fn key_place(&self) -> Place {
        self.source.place(&self.key_span)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Whether what was written of a key, if anything was, is right, and nothing else looks as if
    /// it were meant.
    pub(super) fn is_sound(&self, key: &str) -> bool {
        !self.faulty.contains(&key)
    }

    /// Reads the value of a key, if it has one.
    pub(super) fn read(&mut self, row: &Row, read: impl FnOnce(Value<'t>), what: &str) {
        let faults = self.source.faults();
        match (self.value(row.key), &row.preset) {
            (Some(value), _) => read(value),
            (None, Preset::Needed) => self.refuse(format!("{what} needs `{}`", row.key)),
            (None, _) => {}
        }
        if self.source.faults() > faults {
            self.faulty.push(row.key);
        }
    }

    fn value(&self, key: &str) -> Option<Value<'t>> {
        let (key, value) = self.entries.get_key_value(key)?;
        Some(Value::new(self.source, key.get_ref(), key.span(), value))
    }

    /// Every entry, in file order, for a table whose keys are the user's own.
    pub(super) fn entries(&self) -> Vec<Value<'t>> {
        let value = |(key, value): (&'t toml::Spanned<_>, _)| {
            Value::new(self.source, as_text(key.get_ref()), key.span(), value)
        };
        let mut entries: Vec<_> = self.entries.iter().map(value).collect();
        entries.sort_by_key(|entry| entry.key_span().start);
        entries
    }

    /// Notes a fault of the table.
    pub(super) fn refuse(&self, message: impl Into<String>) {
        self.source.refuse(self.place(), message);
    }

    /// Notes a fault of the table, in words that name its key.
    pub(super) fn bad<T>(&self, message: impl std::fmt::Display) -> Option<T> {
        self.refuse(format!("`{}`: {message}", self.key));
        None
    }

    /// Notes a fault of one of its values, in words that name the value's key.
    pub(super) fn bad_value<T>(&self, key: &str, message: impl std::fmt::Display) -> Option<T> {
        match self.value(key) {
            Some(value) => value.bad(message),
            None => self.bad(message),
        }
    }

    /// Notes a fault of one of its values, in words that need no name.
    pub(super) fn refuse_value(&self, key: &str, message: &str) {
        if let Some(value) = self.value(key) {
            value.refuse::<()>(message);
        }
    }

    /// Warns of one of its values.
    pub(super) fn warn_value(&self, key: &str, message: &str) {
        if let Some(value) = self.value(key) {
            value.warn(message);
        }
    }

    /// Refuses what is written for a key that is missing.
    pub(super) fn guess(&self, missing: &'static str) {
        for unknown in self.entries() {
            let key = unknown.key();
            if near(key, &[missing]).is_some() {
                let message = format!("unknown key `{key}`; did you mean `{missing}`?");
                self.source.refuse(unknown.key_place(), message);
            }
        }
    }

    /// Refuses every key that its form has not.
    pub(super) fn refuse_unknown(&mut self, sheet: &Sheet, tag: Option<&Tag<'_>>) {
        let known: Vec<_> = tag.map(|tag| tag.key).into_iter().chain(sheet.keys()).collect();
        for unknown in self.entries() {
            let key = unknown.key();
            if known.contains(&key) {
                continue;
            }
            let near = near(key, &known);
            self.faulty.extend(near);
            let meant = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => tag
                    .and_then(|tag| goes_with(key, tag))
                    .or_else(|| belongs(key, self.source.book))
                    .unwrap_or_else(|| match known.contains(&"settings") {
                        true => format!("{}; the connector's own stand in `settings`", all(&known)),
                        false => all(&known),
                    }),
            };
            self.source.refuse(unknown.key_place(), format!("unknown key `{key}`; {meant}"));
        }
    }
}

fn as_text<'t>(key: &'t Cow<'t, str>) -> &'t str {
    key
}

/// What was meant, or what there is to choose from.
pub(super) fn hint(written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => all(known),
    }
}

fn all(known: &[&str]) -> String {
    format!("known are `{}`", known.join("`, `"))
}

/// The key that is spelled nearly so, or that has this as one of its words, as `url` in `base_url`,
/// or that others call so.
fn near(written: &str, known: &[&'static str]) -> Option<&'static str> {
    let has_word = |known: &&&str| known.split('_').any(|word| word == written);
    let is_called = |known: &&&str| CALLED.contains(&(written, **known));
    let found = || known.iter().find(has_word).or_else(|| known.iter().find(is_called)).copied();
    nearest(written, known.iter().copied()).or_else(found)
}

/// What others call a key.
const CALLED: [(&str, &str); 16] = [
    ("delay", "late"),
    ("lag", "late"),
    ("lookback", "late"),
    ("overlap", "late"),
    ("frequency", "every"),
    ("interval", "every"),
    ("period", "every"),
    ("schedule", "cron"),
    ("from", "since"),
    ("start", "since"),
    ("endpoint", "url"),
    ("endpoint", "base_url"),
    ("server", "base_url"),
    ("event_types", "events"),
    ("topics", "events"),
    ("rate_limit", "rate"),
];

/// With which value of its tag a table has this key.
fn goes_with(key: &str, tag: &Tag<'_>) -> Option<String> {
    let with = tag.variants.iter().filter(|it| it.sheet.row(key).is_some());
    let names: Vec<_> = with.map(|it| format!("{} = \"{}\"", tag.key, it.name)).collect();
    (!names.is_empty()).then(|| format!("it goes with {}", names.join(" or ")))
}

/// In which other tables there is this key.
pub(super) fn belongs(key: &str, book: &Sheet) -> Option<String> {
    let mut seen = Vec::new();
    let mut owners = Vec::new();
    for found in book.all() {
        if let Some(row) = found.sheet.row(key)
            && !seen.contains(&found.sheet.what)
        {
            seen.push(found.sheet.what);
            owners.push(owner(&found, row));
        }
    }
    (!owners.is_empty()).then(|| format!("it belongs {}", owners.join(", or ")))
}

/// A table, as one writes this key of it.
fn owner(found: &Found<'_>, row: &Row) -> String {
    match (found.header(), found.key()) {
        (Some(header), _) => format!("below {header}"),
        (None, Some(key)) => {
            let (what, sample) = (found.sheet.what, row.shape.sample());
            format!("in {what}, as {key} = {{ {} = {sample} }}", row.key)
        }
        (None, None) => "at the top of the text, before all tables".to_owned(),
    }
}
