//! A connector's settings: any TOML, as the JSON that its schema judges.

use serde_json::{Map, Number, Value as Json};
use toml::de::DeValue;

use super::{
    kind::Kind,
    value::{Value, integer},
};
use crate::config::shape::Shape;

pub(super) fn settings() -> Kind<Json> {
    Kind::new(Shape::Open, read)
}

/// A table as a JSON object. Times become text, as JSON has none.
fn read(value: Value<'_>) -> Option<Json> {
    let faults = value.source.faults();
    let fields = value.table()?.entries().into_iter();
    let fields = fields.filter_map(|it| Some((it.key().to_owned(), json(it)?)));
    let fields = fields.collect::<Map<_, _>>();
    (value.source.faults() == faults).then_some(Json::Object(fields))
}

fn json(value: Value<'_>) -> Option<Json> {
    match value.tree() {
        DeValue::String(text) => Some(Json::from(&**text)),
        DeValue::Boolean(boolean) => Some(Json::from(*boolean)),
        DeValue::Datetime(time) => Some(Json::from(time.to_string())),
        DeValue::Array(_) => value.list("[]", json).map(Json::from),
        DeValue::Table(_) => read(value),
        DeValue::Integer(number) => match integer(number) {
            Some(number) => Some(Json::from(number)),
            None => value.bad("this number is too large"),
        },
        DeValue::Float(number) => match number.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => Some(Json::Number(number)),
            None => value.bad("JSON has no such number"),
        },
    }
}
