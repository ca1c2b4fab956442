//! A value with its key and its place, and what it can be read as.

use std::{ops::Range, path::PathBuf, str::FromStr, time::Duration};

use ipnet::IpNet;
use toml::{
    Spanned,
    de::{DeInteger, DeValue},
};
use url::Url;

use super::{source::Source, table::Table};
use crate::{
    config::{Place, Placed, network, size},
    duration,
};

const BEGINS: &str = "a URL begins with `http://` or `https://`";

/// One value. Its readers give `None` after noting why, in words that name the key.
#[derive(Clone)]
pub(super) struct Value<'t> {
    pub(super) source: &'t Source<'t>,
    key: &'t str,
    key_span: Range<usize>,
    value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Value<'t> {
    pub(super) fn new(
        source: &'t Source<'t>,
        key: &'t str,
        key_span: Range<usize>,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Self {
        Self { source, key, key_span, value }
    }

    pub(super) fn key(&self) -> &'t str {
        self.key
    }

    pub(super) fn key_span(&self) -> &Range<usize> {
        &self.key_span
    }

    pub(super) fn key_place(&self) -> Place {
        self.source.place(&self.key_span)
    }

    pub(super) fn place(&self) -> Place {
        self.source.place(&self.value.span())
    }

    pub(super) fn tree(&self) -> &'t DeValue<'t> {
        self.value.get_ref()
    }

    /// Notes a fault of this value.
    pub(super) fn refuse<T>(&self, message: impl Into<String>) -> Option<T> {
        self.source.refuse(self.place(), message);
        None
    }

    /// Notes that the value is of the wrong kind.
    pub(super) fn wrong<T>(&self, wanted: &str) -> Option<T> {
        let kind = kind(self.tree());
        self.refuse(format!("`{}` must be {wanted}, not {kind}", self.key))
    }

    /// Notes that the value cannot be read as what it is for.
    pub(super) fn bad<T>(&self, error: impl std::fmt::Display) -> Option<T> {
        self.refuse(format!("`{}`: {error}", self.key))
    }

    /// Warns of this value.
    pub(super) fn warn(&self, message: &str) {
        self.source.warn(self.place(), format!("`{}`: {message}", self.key));
    }

    /// Text that is not empty.
    pub(super) fn text(self) -> Option<&'t str> {
        self.text_as("text")
    }

    pub(super) fn owned(self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    fn text_as(&self, wanted: &str) -> Option<&'t str> {
        match self.tree() {
            DeValue::String(text) if text.is_empty() => self.bad("this is empty"),
            DeValue::String(text) => Some(text),
            _ => self.wrong(wanted),
        }
    }

    /// Text in a form of its own.
    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(self) -> Option<T> {
        match self.text_as("text")?.parse() {
            Ok(value) => Some(value),
            Err(error) => self.bad(error),
        }
    }

    pub(super) fn boolean(self) -> Option<bool> {
        match self.tree() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong("true or false"),
        }
    }

    /// A whole number from 1.
    pub(super) fn count(self) -> Option<usize> {
        match self.tree() {
            DeValue::Integer(number) => match integer(number).map(usize::try_from) {
                Some(Ok(number)) if number > 0 => Some(number),
                Some(_) => self.bad("this must be at least 1"),
                None => self.bad("this number is too large"),
            },
            _ => self.wrong("a whole number"),
        }
    }

    /// A number above 0.
    pub(super) fn positive(self) -> Option<f64> {
        let number = match self.tree() {
            DeValue::Integer(number) => number.to_string().parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => return self.wrong("a number"),
        };
        match number {
            Some(number) if number.is_finite() && number > 0.0 => Some(number),
            Some(number) if number == f64::INFINITY => self.bad("this number is too large"),
            _ => self.bad("this must be more than 0"),
        }
    }

    /// A span of time above 0.
    pub(super) fn duration(self) -> Option<Duration> {
        match self.clone().span()? {
            Duration::ZERO => self.bad("this must be more than 0s"),
            span => Some(span),
        }
    }

    /// A span of time, or none of it: `0s`.
    pub(super) fn span(self) -> Option<Duration> {
        match duration::parse(self.text_as("a time span, as \"90s\"")?) {
            Ok(span) => Some(span),
            Err(error) => self.bad(error),
        }
    }

    /// A size above 0: text with a unit, or a plain number of bytes.
    pub(super) fn size(self) -> Option<usize> {
        if matches!(self.tree(), DeValue::Integer(_)) {
            return self.count();
        }
        match size::parse(self.text_as("a size, as \"16KiB\"")?) {
            Ok(0) => self.bad("this must be more than 0B"),
            Ok(size) => Some(size),
            Err(error) => self.bad(error),
        }
    }

    /// A path, as seen from the text's folder.
    pub(super) fn path(self) -> Option<PathBuf> {
        let source = self.source;
        self.text().map(|path| source.path(path))
    }

    /// An http or https URL without credentials and fragment. Credentials are not repeated.
    pub(super) fn url(self) -> Option<Url> {
        let url = match Url::parse(self.text_as("a URL")?) {
            Ok(url) => url,
            Err(url::ParseError::RelativeUrlWithoutBase) => return self.bad(BEGINS),
            Err(error) => return self.bad(format!("this is no URL: {error}")),
        };
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        match url.scheme() {
            "http" | "https" if has_credentials => self.bad("a URL holds no credentials here"),
            "http" | "https" if url.fragment().is_some() => {
                self.bad("a URL has no fragment (`#…`) here")
            }
            "http" | "https" => {
                self.warn_of_plain_http(&url);
                Some(url)
            }
            _ => self.bad(BEGINS),
        }
    }

    fn warn_of_plain_http(&self, url: &Url) {
        if url.scheme() == "http" && !network::is_loopback(url) {
            let message = "http shows credentials and patient data to everybody on the way";
            self.warn(&format!("{message}; use https"));
        }
    }

    /// A network, or an address alone.
    pub(super) fn network(self) -> Option<IpNet> {
        let text = self.text_as("a network, as \"10.0.0.0/8\"")?;
        let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
        match text.parse().or_else(|_| address()) {
            Ok(network) => Some(network),
            Err(_) => self.bad("a network is written as `10.0.0.0/8`, an address as `10.0.0.7`"),
        }
    }

    /// A list, read to its end whatever is wrong with some of it.
    /// `sample` is one.
    pub(super) fn list<T>(
        self,
        sample: &str,
        mut read: impl FnMut(Value<'t>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let DeValue::Array(items) = self.tree() else {
            return self.wrong(&format!("a list, as {sample}"));
        };
        let item = |item| Value { value: item, ..self.clone() };
        Some(items.iter().filter_map(|it| read(item(it))).collect())
    }

    /// A list of tables, each of which is written under `[[key]]`.
    pub(super) fn tables<T>(self, read: impl Fn(Value<'t>) -> Option<T>) -> Option<Vec<T>> {
        if self.tree().is_table() {
            let key = self.key;
            return self.bad(format!("there may be several, so write `[[{key}]]`"));
        }
        self.list("[{ … }]", read)
    }

    pub(super) fn table(&self) -> Option<Table<'t>> {
        match self.tree() {
            DeValue::Table(entries) => {
                let key = (self.key, self.key_span.clone());
                Some(Table::new(self.source, key, entries, self.value.span()))
            }
            _ => self.wrong("a table"),
        }
    }

    /// Keeps the place of what is read.
    pub(super) fn placed<T>(self, read: impl FnOnce(Value<'t>) -> Option<T>) -> Option<Placed<T>> {
        let place = self.place();
        read(self).map(|value| Placed::at(place, value))
    }
}

/// An integer's value, where it fits.
pub(super) fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
