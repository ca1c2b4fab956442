//! A connector's settings: any TOML, as the JSON that its schema judges.

use serde_json::{Map, Number, Value as Json};
use toml::de::DeValue;

use super::value::{Value, integer};

/// A table as a JSON object. Times become text, as JSON has none.
pub(super) fn read(value: Value<'_>) -> Option<Json> {
    let table = value.table("the settings of a connector")?;
    let fields = table.entries().into_iter();
    let fields = fields.filter_map(|it| Some((it.key().to_owned(), json(it)?)));
    Some(Json::Object(fields.collect::<Map<_, _>>()))
}

fn json(value: Value<'_>) -> Option<Json> {
    match value.tree() {
        DeValue::String(text) => Some(Json::from(&**text)),
        DeValue::Boolean(boolean) => Some(Json::from(*boolean)),
        DeValue::Datetime(time) => Some(Json::from(time.to_string())),
        DeValue::Array(_) => value.list(json).map(Json::from),
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
