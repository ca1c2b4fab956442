//! A table that knows which of its keys were asked for, so that the others are unknown.

use std::{borrow::Cow, ops::Range};

use toml::de::DeTable;

use super::{source::Source, value::Value};
use crate::config::{Place, nearest::nearest};

/// One table while it is read. End with [`Table::finish`].
pub(super) struct Table<'t> {
    pub(super) source: &'t Source<'t>,
    entries: &'t DeTable<'t>,
    span: Range<usize>,
    /// What it describes, as `a connection`.
    what: &'static str,
    asked: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub(super) fn new(
        source: &'t Source<'t>,
        entries: &'t DeTable<'t>,
        span: Range<usize>,
        what: &'static str,
    ) -> Self {
        Self { source, entries, span, what, asked: Vec::new() }
    }

    pub(super) fn place(&self) -> Place {
        self.source.place(&self.span)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The value of a key that may be absent.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'t>) -> Option<T>,
    ) -> Option<T> {
        self.asked.push(key);
        let (key, value) = self.entries.get_key_value(key)?;
        read(Value::new(self.source, key.get_ref(), key.span(), value))
    }

    /// The value of a key that must be there.
    pub(super) fn need<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'t>) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.refuse(format!("{} needs `{key}`", self.what));
        }
        self.get(key, read)
    }

    /// Puts the value of a key, where there is one, in the place of a default.
    pub(super) fn set<T>(
        &mut self,
        key: &'static str,
        slot: &mut T,
        read: impl FnOnce(Value<'t>) -> Option<T>,
    ) {
        if let Some(value) = self.get(key, read) {
            *slot = value;
        }
    }

    /// As [`Table::set`], where the default is nothing.
    pub(super) fn set_some<T>(
        &mut self,
        key: &'static str,
        slot: &mut Option<T>,
        read: impl FnOnce(Value<'t>) -> Option<T>,
    ) {
        self.set(key, slot, |value| read(value).map(Some));
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

    /// Notes a fault of the text as a whole.
    pub(super) fn refuse_whole(&self, message: &str) {
        self.source.refuse(Place::default(), message);
    }

    /// Warns of the text as a whole.
    pub(super) fn warn_whole(&self, message: &str) {
        self.source.warn(Place::default(), message);
    }

    /// Refuses every key that nobody asked for.
    pub(super) fn finish(self) {
        for unknown in self.entries() {
            let key = unknown.key();
            if !self.asked.contains(&key) {
                let message = format!("unknown key `{key}`; {}", hint(key, &self.asked));
                self.source.refuse(unknown.key_place(), message);
            }
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
        None => format!("known are `{}`", known.join("`, `")),
    }
}
