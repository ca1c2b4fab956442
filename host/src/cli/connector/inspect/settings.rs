//! A settings' schema as a table: what one may set, and what comes of leaving it out.

use serde_json::Value;

/// The heads of its columns.
pub(super) const HEADS: [&str; 4] = ["setting", "type", "left out", "about"];

/// A row for each key of the schema.
pub(super) fn rows(schema: &Value) -> Vec<Vec<String>> {
    let keys = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |key: &str| required.is_some_and(|names| names.iter().any(|name| name == key));
    let row = |(key, property): (&String, &Value)| {
        let about = text(property, "description").or_else(|| text(property, "title"));
        vec![
            key.clone(),
            kind(property),
            left_out(property, is_required(key)),
            about.unwrap_or_default().to_owned(),
        ]
    };
    keys.into_iter().flatten().map(row).collect()
}

fn left_out(property: &Value, is_required: bool) -> String {
    match (is_required, property.get("default")) {
        (true, _) => "required".into(),
        (false, Some(default)) => default.to_string(),
        (false, None) => "may be".into(),
    }
}

/// What a value may be, as far as a line can say it.
fn kind(property: &Value) -> String {
    if let Some(values) = property.get("enum").and_then(Value::as_array) {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
    }
    let kind = match property.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".into(),
    };
    match (property.get("minimum"), property.get("maximum")) {
        (Some(least), Some(most)) => format!("{kind}, {least} to {most}"),
        (Some(least), None) => format!("{kind}, {least} or more"),
        (None, Some(most)) => format!("{kind}, {most} at most"),
        (None, None) => kind,
    }
}

fn text<'v>(property: &'v Value, key: &str) -> Option<&'v str> {
    property.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_the_keys_of_the_schema() {
        let schema = json!({
            "properties": {
                "page_size": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 },
                "site": { "type": "string", "description": "Which house" },
                "zone": { "enum": ["a", "b"] },
                "any": true,
            },
            "required": ["site"],
        });
        let expected = [
            ["any", "any", "may be", ""],
            ["page_size", "integer, 1 to 1000", "100", ""],
            ["site", "string", "required", "Which house"],
            ["zone", "\"a\" or \"b\"", "may be", ""],
        ];
        assert_eq!(rows(&schema), expected.map(|row| row.map(String::from).to_vec()));
        assert!(rows(&json!({})).is_empty());
        assert!(rows(&json!(true)).is_empty());
    }
}
