//! A connector's settings: any TOML, as the JSON that its schema judges.

use serde_json::{Map, Number, Value as Json};
use toml::de::DeValue;

use super::{
    kind::Kind,
    value::{Value, integer},
};
use crate::config::{Settings, shape::Shape};

pub(super) fn settings() -> Kind<Settings> {
    Kind::new(Shape::Open, |value| {
        let mut settings = Settings { place: value.place(), ..Settings::default() };
        settings.value = table(&value, "", &mut settings)?;
        Some(settings)
    })
}

/// A table as a JSON object. Times become text, as JSON has none.
fn table(value: &Value<'_>, at: &str, settings: &mut Settings) -> Option<Json> {
    let faults = value.source.faults();
    let mut fields = Map::new();
    for field in value.table()?.entries() {
        let at = format!("{at}/{}", field.key().replace('~', "~0").replace('/', "~1"));
        settings.places.insert(at.clone(), field.key_place());
        if let Some(value) = json(&field, &at, settings) {
            fields.insert(field.key().to_owned(), value);
        }
    }
    (value.source.faults() == faults).then_some(Json::Object(fields))
}

fn json(value: &Value<'_>, at: &str, settings: &mut Settings) -> Option<Json> {
    match value.tree() {
        DeValue::String(text) => Some(Json::from(&**text)),
        DeValue::Boolean(boolean) => Some(Json::from(*boolean)),
        DeValue::Datetime(time) => Some(Json::from(time.to_string())),
        DeValue::Array(_) => {
            let mut number = 0_usize;
            let items = value.clone().list("[]", |item| {
                let at = format!("{at}/{number}");
                number += 1;
                settings.places.insert(at.clone(), item.place());
                json(&item, &at, settings)
            });
            items.map(Json::from)
        }
        DeValue::Table(_) => table(value, at, settings),
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
