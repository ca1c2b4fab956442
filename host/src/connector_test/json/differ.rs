//! Where two JSON values differ. What lies in tables is matched by its key, whatever their order;
//! lists are matched item by item where they are equally long, else they differ as a whole.

use std::{borrow::Cow, collections::HashMap, fmt};

use super::{Json, Quoted};

/// A place where two values differ.
pub struct Differ<'j> {
    /// The way there.
    pub path: Path<'j>,
    /// What the first has there; `None` for nothing.
    pub left: Option<&'j Json>,
    /// What the second has there.
    pub right: Option<&'j Json>,
}

/// The way to a value within another.
#[derive(Clone, Default)]
pub struct Path<'j>(Vec<Part<'j>>);

/// A step of it.
#[derive(Clone, Copy)]
pub enum Part<'j> {
    /// Into a table.
    Key(&'j Quoted),
    /// Into a list, counted from 0.
    At(usize),
}

/// The first `most` places where two values differ, and how many more there are.
pub fn differences<'j>(left: &'j Json, right: &'j Json, most: usize) -> (Vec<Differ<'j>>, usize) {
    let mut walk = Walk { path: Path::default(), found: Vec::new(), most, more: 0 };
    walk.compare(left, right);
    (walk.found, walk.more)
}

struct Walk<'j> {
    path: Path<'j>,
    found: Vec<Differ<'j>>,
    most: usize,
    more: usize,
}

impl<'j> Walk<'j> {
    fn compare(&mut self, left: &'j Json, right: &'j Json) {
        match (left, right) {
            (Json::Table(left), Json::Table(right)) => self.tables(left, right),
            (Json::List(left), Json::List(right)) if left.len() == right.len() => {
                for (at, (left, right)) in left.iter().zip(right).enumerate() {
                    self.within(Part::At(at), |walk| walk.compare(left, right));
                }
            }
            (left, right) if !left.same(right) => self.note(Some(left), Some(right)),
            _ => {}
        }
    }

    fn tables(&mut self, left: &'j [(Quoted, Json)], right: &'j [(Quoted, Json)]) {
        let (in_left, in_right) = (by_key(left), by_key(right));
        for (key, value) in left {
            match in_right.get(&key.read()) {
                Some(other) => self.within(Part::Key(key), |walk| walk.compare(value, other)),
                None => self.within(Part::Key(key), |walk| walk.note(Some(value), None)),
            }
        }
        for (key, value) in right.iter().filter(|(key, _)| !in_left.contains_key(&key.read())) {
            self.within(Part::Key(key), |walk| walk.note(None, Some(value)));
        }
    }

    fn within(&mut self, part: Part<'j>, look: impl FnOnce(&mut Self)) {
        self.path.0.push(part);
        look(self);
        self.path.0.pop();
    }

    fn note(&mut self, left: Option<&'j Json>, right: Option<&'j Json>) {
        match self.found.len() < self.most {
            true => self.found.push(Differ { path: self.path.clone(), left, right }),
            false => self.more += 1,
        }
    }
}

/// A table's values; of equal keys, the first.
fn by_key(entries: &[(Quoted, Json)]) -> HashMap<Cow<'_, str>, &Json> {
    entries.iter().rev().map(|(key, value)| (key.read(), value)).collect()
}

impl<'j> Path<'j> {
    /// Its steps, from the outside.
    pub fn parts(&self) -> &[Part<'j>] {
        &self.0
    }
}

/// As it is written behind the name of the whole: `.Visit.Reason`, `[0].Name`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Key(key) => write!(f, ".{}", key.read()),
            Part::At(index) => write!(f, "[{index}]"),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn told(left: &str, right: &str) -> String {
        let (left, right) = (Json::parse(left).unwrap(), Json::parse(right).unwrap());
        let (found, more) = differences(&left, &right, 3);
        let text = |value: Option<&Json>| value.map_or_else(|| "-".into(), Json::compact);
        let told = found.iter().map(|it| {
            let Differ { path, left, right } = it;
            format!("{path} {} {}", text(*left), text(*right))
        });
        let told = told.collect::<Vec<_>>().join("; ");
        if more == 0 { told } else { format!("{told}; {more} more") }
    }

    #[test]
    fn places_are_found_by_key_and_index() {
        for (left, right, expected) in [
            ("1", "1", ""),
            ("1", "2", " 1 2"),
            (r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,3],"a":1}"#, ".b[1] 2 3"),
            (r#"{"a":1}"#, r#"{"b":1}"#, ".a 1 -; .b - 1"),
            ("[1]", "[1,2]", " [1] [1,2]"),
            (r#"{"a":{"b":null}}"#, r#"{"a":{"b":""}}"#, r#".a.b null """#),
            ("[1,2,3,4,5]", "[5,4,0,2,1]", "[0] 1 5; [1] 2 4; [2] 3 0; 2 more"),
            (r#"{"a":1,"a":2}"#, r#"{"a":1}"#, ".a 2 1"),
        ] {
            assert_eq!(told(left, right), expected, "{left} {right}");
        }
    }
}
