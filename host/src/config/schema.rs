//! The JSON Schema (draft 2020-12) of `rounds.toml`, for editors: written from the very lists that
//! the reader walks. What a schema cannot tell, as whether a file is there, `rounds check` does.

use serde_json::{Map, Value as Json, json};

use super::{
    read,
    shape::{Preset, Row, Rule, Shape, Sheet, Variant},
};

/// The schema.
pub fn json() -> Json {
    let book = read::book();
    let mut schema = object(&book, &[]);
    let mut definitions = Map::new();
    for found in book.all() {
        if found.variant.is_none() && !found.way.is_empty() {
            definitions.insert(id(found.sheet), definition(found.sheet));
        }
    }
    set(&mut schema, "$schema", json!("https://json-schema.org/draft/2020-12/schema"));
    set(&mut schema, "title", json!("rounds.toml"));
    set(&mut schema, "description", json!("Rounds polls EHR systems and delivers notifications."));
    set(&mut schema, "$defs", Json::Object(definitions));
    schema
}

/// The schema as text, laid out.
pub fn text() -> String {
    format!("{:#}\n", json())
}

fn set(schema: &mut Json, key: &str, value: Json) {
    if let Some(fields) = schema.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

/// What a table is called among the definitions.
fn id(sheet: &Sheet) -> String {
    let words = sheet.what.split(' ').map(|word| word.trim_matches('`'));
    let words: Vec<_> = words.filter(|word| !["a", "an", "the", "of"].contains(word)).collect();
    words.join("-")
}

fn definition(sheet: &Sheet) -> Json {
    let mut schema = match sheet.variants.as_slice() {
        [] => object(sheet, &[]),
        variants => {
            let forms: Vec<_> = variants.iter().map(|it| variant(sheet, it)).collect();
            let tags: Vec<_> = sheet.rows.iter().map(|row| row.key).collect();
            json!({ "type": "object", "required": tags, "oneOf": forms })
        }
    };
    set(&mut schema, "description", json!(sheet.about));
    schema
}

/// A table with this value of its tag.
fn variant(sheet: &Sheet, variant: &Variant) -> Json {
    let mut schema = object(&variant.sheet, &sheet.keys());
    if let Some(tag) = sheet.rows.first()
        && let Some(properties) = schema.get_mut("properties")
    {
        let description = format!("{} {}", tag.meaning, variant.sheet.about);
        set(properties, tag.key, json!({ "const": variant.name, "description": description }));
    }
    set(&mut schema, "description", json!(variant.sheet.about));
    schema
}

/// A table with these keys, and `others` that it needs as well.
fn object(sheet: &Sheet, others: &[&str]) -> Json {
    let properties: Map<_, _> =
        sheet.rows.iter().map(|row| (row.key.to_owned(), property(row))).collect();
    let needed = sheet.rows.iter().filter(|row| matches!(row.preset, Preset::Needed));
    let needed: Vec<_> = others.iter().copied().chain(needed.map(|row| row.key)).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    });
    let mut beside = Map::new();
    for rule in &sheet.rules {
        match rule {
            Rule::One(keys) => {
                let each: Vec<_> = keys.iter().map(|key| json!({ "required": [key] })).collect();
                set(&mut schema, "oneOf", json!(each));
            }
            Rule::With(key, other) => drop(beside.insert((*key).to_owned(), json!([other]))),
        }
    }
    if !beside.is_empty() {
        set(&mut schema, "dependentRequired", Json::Object(beside));
    }
    schema
}

fn property(row: &Row) -> Json {
    let mut schema = value(&row.shape);
    set(&mut schema, "description", json!(row.meaning));
    if let Preset::Value(preset) = &row.preset
        && let Some(preset) = parsed(preset)
    {
        set(&mut schema, "default", preset);
    }
    schema
}

/// A default as JSON.
fn parsed(preset: &str) -> Option<Json> {
    let table: toml::Table = toml::from_str(&format!("it = {preset}")).ok()?;
    serde_json::to_value(table.get("it")?).ok()
}

fn value(shape: &Shape) -> Json {
    match shape {
        Shape::Plain(plain) => plain.schema.clone(),
        Shape::Choice(names) => json!({ "enum": names }),
        Shape::Named { of, least, .. } => {
            json!({ "type": "object", "minProperties": least, "additionalProperties": value(of) })
        }
        Shape::Table(sheet) => json!({ "$ref": format!("#/$defs/{}", id(sheet)) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(value).collect::<Vec<_>>() }),
        Shape::Open => json!({ "type": "object" }),
        Shape::List { of, least, most } => {
            let mut list = json!({ "type": "array", "items": value(of), "minItems": least });
            if let Some(most) = most {
                set(&mut list, "maxItems", json!(most));
            }
            list
        }
    }
}
