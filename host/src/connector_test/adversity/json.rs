//! Places within a JSON value: to list them, to look, and to change one.

use std::fmt;

use serde_json::{Number, Value};

/// Deeper than this nobody looks: what is down there is not one record's field any more.
const DEEPEST: usize = 12;

/// The way to a place within a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Path(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Key(String),
    At(usize),
}

impl Path {
    fn key(&self, key: &str) -> Self {
        self.with(Part::Key(key.into()))
    }

    /// The place of one element of the list that is here.
    pub(super) fn at(&self, index: usize) -> Self {
        self.with(Part::At(index))
    }

    fn with(&self, part: Part) -> Self {
        Self(self.0.iter().cloned().chain([part]).collect())
    }

    /// Whether any key on the way has one of these words in its name.
    pub(super) fn names(&self, words: &[&str]) -> bool {
        let keys = self.0.iter().filter_map(|part| match part {
            Part::Key(key) => Some(key.to_ascii_lowercase()),
            Part::At(_) => None,
        });
        keys.into_iter().any(|key| words.iter().any(|word| key.contains(word)))
    }

    /// Whether these are the last names on the way, with dots between.
    pub(super) fn ends_with(&self, field: &str) -> bool {
        let names: Vec<&str> = self
            .0
            .iter()
            .filter_map(|part| match part {
                Part::Key(key) => Some(key.as_str()),
                Part::At(_) => None,
            })
            .collect();
        let names = names.join(".");
        names.strip_suffix(field).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }

    /// How many steps lead there.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// What stands there.
    pub(super) fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Key(key) => value.get(key),
            Part::At(index) => value.get(index),
        })
    }

    fn get_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Key(key) => value.get_mut(key),
            Part::At(index) => value.get_mut(index),
        })
    }

    /// The value with something else there; as it was where there is no such place.
    pub(super) fn set(&self, value: &Value, new: Value) -> Value {
        let mut changed = value.clone();
        self.put(&mut changed, new);
        changed
    }

    /// Puts something else there; answers what was.
    pub(super) fn put(&self, value: &mut Value, new: Value) -> Value {
        self.get_mut(value).map(|place| std::mem::replace(place, new)).unwrap_or_default()
    }

    /// The value without what is there.
    pub(super) fn remove(&self, value: &Value) -> Value {
        let mut changed = value.clone();
        let Some((last, way)) = self.0.split_last() else { return Value::Null };
        match (Self(way.to_vec()).get_mut(&mut changed), last) {
            (Some(Value::Object(object)), Part::Key(key)) => drop(object.remove(key)),
            (Some(Value::Array(list)), Part::At(index)) if *index < list.len() => {
                drop(list.remove(*index));
            }
            _ => {}
        }
        changed
    }
}

/// As `participant[0].actor`, and `the whole` for the value itself.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            match part {
                Part::Key(key) if at == 0 => write!(f, "{key}")?,
                Part::Key(key) => write!(f, ".{key}")?,
                Part::At(index) => write!(f, "[{index}]")?,
            }
        }
        if self.0.is_empty() { f.write_str("the whole") } else { Ok(()) }
    }
}

/// Every place within a value, itself included, from the outside in. Of long lists only the
/// first `elements`.
pub(super) fn places(value: &Value, elements: usize) -> Vec<Path> {
    let mut found = vec![Path::default()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        next += 1;
        if path.0.len() >= DEEPEST {
            continue;
        }
        match path.get(value) {
            Some(Value::Object(object)) => found.extend(object.keys().map(|key| path.key(key))),
            Some(Value::Array(list)) => {
                found.extend((0..list.len().min(elements)).map(|index| path.at(index)));
            }
            _ => {}
        }
    }
    found
}

/// Every place of a text or number, with it as text.
pub(super) fn scalars(value: &Value) -> Vec<(Path, String)> {
    let paths = places(value, usize::MAX).into_iter();
    paths.filter_map(|path| Some((path.clone(), scalar(path.get(value)?)?))).collect()
}

/// A text or number as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text as what stood there before was: a number where that was one and this can be.
pub(super) fn like(before: &Value, text: &str) -> Value {
    match (before, text.parse::<Number>()) {
        (Value::Number(_), Ok(number)) => number.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_found_read_and_changed() {
        let value = json!({ "a": [{ "b": 7 }, { "b": "x" }], "c": null });
        let shown: Vec<String> = places(&value, 1).iter().map(Path::to_string).collect();
        assert_eq!(shown, ["the whole", "a", "c", "a[0]", "a[0].b"]);
        let found = scalars(&value);
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["7", "x"]);
        let (path, _) = found.first().unwrap();
        assert_eq!(path.set(&value, json!(8)).pointer("/a/0/b"), Some(&json!(8)));
        assert_eq!(path.remove(&value), json!({ "a": [{}, { "b": "x" }], "c": null }));
        assert!(path.names(&["b"]));
        assert!(path.ends_with("b") && path.ends_with("a.b"));
        assert!(!path.ends_with("c.b") && !path.ends_with(""));
        assert_eq!(like(&json!(7.5), "8.25"), json!(8.25));
        assert_eq!((like(&json!(7), "8"), like(&json!("7"), "8")), (json!(8), json!("8")));
    }
}
