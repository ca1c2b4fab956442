//! The kinds of values that stand alone and that several tables have.

use std::{path::PathBuf, time::Duration};

use ipnet::IpNet;
use serde_json::{Value as Json, json};
use url::Url;

use super::{kind::Kind, table::hint};
use crate::{
    config::{shape::Shape, size},
    duration,
};

/// Units from the largest to the smallest, each at most once, as [`duration::parse`] reads them.
pub(super) const SPAN: &str = "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

/// A text as TOML has it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

pub(super) fn text() -> Kind<String> {
    let schema = json!({ "type": "string", "minLength": 1 });
    Kind::plain("text", "\"…\"", schema, |it| it.owned()).shown(|text| Some(quoted(text)))
}

/// Text that fits a pattern, which the reader judges in words of its own.
pub(super) fn like(words: &'static str, sample: &'static str, pattern: &str) -> Kind<String> {
    let schema = json!({ "type": "string", "pattern": pattern });
    Kind::plain(words, sample, schema, |it| it.owned()).shown(|text| Some(quoted(text)))
}

/// One of some words, each of which stands for something; `unknown` says of another what it is.
pub(super) fn choice<V: Clone + PartialEq + 'static>(
    unknown: &'static str,
    words: impl IntoIterator<Item = (&'static str, V)>,
) -> Kind<V> {
    let words: Vec<_> = words.into_iter().collect();
    let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
    Kind::new(Shape::Choice(names.clone()), move |value| {
        let written = value.clone().text()?;
        match words.iter().find(|(name, _)| *name == written) {
            Some((_, meant)) => Some(meant.clone()),
            None => value.bad(format!("{unknown} `{written}`; {}", hint(written, &names))),
        }
    })
}

pub(super) fn boolean() -> Kind<bool> {
    Kind::plain("true or false", "true", json!({ "type": "boolean" }), |it| it.boolean())
        .shown(|value| Some(value.to_string()))
}

/// A whole number from 1.
pub(super) fn count() -> Kind<usize> {
    Kind::plain("whole number from 1", "8", json!({ "type": "integer", "minimum": 1 }), |it| {
        it.count()
    })
    .shown(|number| Some(number.to_string()))
}

/// A whole number from 1 up to another.
pub(super) fn count_to(most: usize) -> Kind<usize> {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": most });
    let count = count().then(move |value, number| match number <= most {
        true => Some(number),
        false => value.bad(format!("this is {most} at most")),
    });
    let read = count.read;
    Kind::plain("whole number from 1", "8", schema, read).shown(|number| Some(number.to_string()))
}

/// A number above 0.
pub(super) fn positive() -> Kind<f64> {
    let schema = json!({ "type": "number", "exclusiveMinimum": 0 });
    Kind::plain("number above 0", "2.5", schema, |it| it.positive())
}

/// A span of time above 0.
pub(super) fn duration() -> Kind<Duration> {
    let schema =
        json!({ "type": "string", "allOf": [{ "pattern": SPAN }, { "pattern": "[1-9]" }] });
    Kind::plain("time span", "\"10m\"", schema, |it| it.duration()).shown(shown_span)
}

/// A span of time, or none of it.
pub(super) fn span() -> Kind<Duration> {
    Kind::plain("time span, also \"0s\"", "\"10m\"", span_schema(), |it| it.span())
        .shown(shown_span)
}

pub(super) fn span_schema() -> Json {
    json!({ "type": "string", "minLength": 1, "pattern": SPAN })
}

fn shown_span(span: &Duration) -> Option<String> {
    Some(quoted(&duration::Show(*span).to_string()))
}

/// A size above 0, in bytes.
pub(super) fn size() -> Kind<usize> {
    let pattern = json!([{ "pattern": r"^[0-9]+\s*(GiB|MiB|KiB|B)$" }, { "pattern": "[1-9]" }]);
    let schema = json!({ "type": ["string", "integer"], "minimum": 1, "allOf": pattern });
    Kind::plain("size", "\"16MiB\"", schema, |it| it.size())
        .shown(|size| Some(quoted(&size::show(*size))))
}

/// A size above 0 that is no larger than this.
pub(super) fn size_to(most: usize) -> Kind<usize> {
    let judged = size().then(move |value, size| match size <= most {
        true => Some(size),
        false => value.bad(format!("this is {} at most", size::show(most))),
    });
    judged.shown(|size| Some(quoted(&size::show(*size))))
}

/// A path, as seen from the text's folder.
pub(super) fn path(sample: &'static str) -> Kind<PathBuf> {
    let schema = json!({ "type": "string", "minLength": 1 });
    Kind::plain("path", sample, schema, |it| it.path())
        .shown(|path| Some(quoted(&path.display().to_string())))
}

/// An http or https URL without credentials and fragment.
pub(super) fn url() -> Kind<Url> {
    let pattern = r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?][^#]*)?$";
    let schema = json!({ "type": "string", "format": "uri", "pattern": pattern });
    Kind::plain("URL", "\"https://…\"", schema, |it| it.url())
}

/// Private networks that may be spoken to.
pub(super) fn networks() -> Kind<Vec<IpNet>> {
    let schema = json!({ "type": "string", "pattern": "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$" });
    Kind::plain("network or address", "\"10.0.0.0/8\"", schema, |it| it.network()).list()
}

/// A name of what is configured: it stands in log lines, metrics and tables.
pub(super) fn name(sample: &'static str) -> Kind<String> {
    like("name", sample, "^[a-z0-9][a-z0-9._-]{0,63}$")
}
