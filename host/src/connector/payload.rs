//! What a notification's payload has to be: JSON that every parser reads, and reads in the same way
//! (RFC 7493).
//!
//! It is passed on byte by byte. What one destination refuses, as half of a surrogate pair or a
//! number beyond all doubles, would stand before its key for days; of a field that is there twice
//! one reader takes the first and another the last.

use std::{collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// How deep it may be nested: as deep as the usual parsers of destinations read.
const DEPTH: usize = 100;

/// What is wrong with it, if anything is, and where; never what stands there.
pub(super) fn problem(payload: &str) -> Option<String> {
    if depth(payload) > DEPTH {
        return Some(format!("a payload that is nested deeper than {DEPTH}"));
    }
    let mut parser = serde_json::Deserializer::from_str(payload);
    let error = Reader.deserialize(&mut parser).and_then(|()| parser.end()).err()?;
    let what = match error.is_data() {
        true => "a payload with a field that is twice in its object",
        false if serde_json::from_str::<&RawValue>(payload).is_ok() => {
            "a payload with a number or a text that not every parser reads"
        }
        false => "a payload that is no JSON",
    };
    Some(format!("{what} at line {} column {}", error.line(), error.column()))
}

/// How deep arrays and objects lie in each other in a text that is JSON.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Reads over a value, down to its last part, and keeps nothing.
struct Reader;

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("twice"));
            }
            fields.next_value_seed(Self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_all_parsers_read_alike_has_no_problem() {
        for json in [
            "1",
            "-0",
            "1e308",
            "123456789012345678901234567890",
            r#"{"a":{"a":1},"b":[{"a":1},{"a":2}]}"#,
            r#""\ud83d\ude00 \u0000""#,
            " [true, null] ",
        ] {
            assert_eq!(problem(json), None, "{json}");
        }
    }

    #[test]
    fn what_they_read_otherwise_or_not_at_all_is_told() {
        let unread = "a payload with a number or a text that not every parser reads at line 1";
        let twice = "a payload with a field that is twice in its object at line 1";
        for (json, expected) in [
            ("1e999", unread),
            (r#"{"a":[-1e400]}"#, unread),
            (r#"{"a":"\ud800"}"#, unread),
            (r#""\udc00\ud800""#, unread),
            (r#"{"a":1,"a":2}"#, twice),
            (r#"[{"b":{"a":1,"\u0061":2}}]"#, twice),
            ("", "a payload that is no JSON at line 1 column 0"),
            ("NaN", "a payload that is no JSON at line 1"),
            ("1 2", "a payload that is no JSON at line 1"),
        ] {
            let told = problem(json).unwrap();
            assert!(told.starts_with(expected), "{json}: {told}");
        }
        assert_eq!(problem(&"[".repeat(101)).unwrap(), "a payload that is nested deeper than 100");
    }

    #[test]
    fn depth_is_of_arrays_and_objects_alone() {
        for (json, expected) in [
            ("1", 0),
            ("[]", 1),
            (r#"{"a":[{"b":1},[]]}"#, 3),
            (r#"["[[[","\"[[",{}]"#, 2),
            (r#"["\\",[[]]]"#, 3),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }
}
