//! What a record says, as a fingerprint: of the resource without its `meta`, whatever the order
//! of its members, as servers write the same record differently from one answer to the next.

use std::fmt;

use rounds_sdk::hash;
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The fingerprint of a resource; of what is no JSON, of its text.
pub(crate) fn fingerprint(resource: &str) -> String {
    let mut json = serde_json::Deserializer::from_str(resource);
    let hash = Hashed { top: true }.deserialize(&mut json).unwrap_or_else(|_| hash([resource]));
    format!("{hash:016x}")
}

/// Makes two numbers one, in which their order tells.
const fn mix(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
}

/// Reads JSON, and keeps a number of it alone.
#[derive(Clone, Copy)]
struct Hashed {
    /// Whether this is the resource itself, whose `meta` doesn't count.
    top: bool,
}

impl<'de> DeserializeSeed<'de> for Hashed {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Hashed {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut sum = 1_u64;
        while let Some(name) = map.next_key_seed(Name)? {
            if self.top && name == META {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(Hashed { top: false })?;
            sum = sum.wrapping_add(mix(name, value));
        }
        Ok(mix(2, sum))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<u64, A::Error> {
        let mut all = 3;
        while let Some(element) = list.next_element_seed(Hashed { top: false })? {
            all = mix(all, element);
        }
        Ok(all)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        Ok(words(text))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<u64, E> {
        Ok(mix(5, u64::from(truth)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u64, E> {
        Ok(mix(6, number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
        Ok(mix(7, number.cast_unsigned()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<u64, E> {
        Ok(mix(8, number.to_bits()))
    }

    fn visit_unit<E: Error>(self) -> Result<u64, E> {
        Ok(9)
    }
}

/// The name of a member.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
        Ok(words(text))
    }
}

const META: u64 = words("meta");

/// The number of a text, eight bytes at a time.
const fn words(text: &str) -> u64 {
    let mut all = mix(4, text.len() as u64);
    let mut rest = text.as_bytes();
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        all = mix(all, u64::from_le_bytes(*word));
        rest = after;
    }
    let mut last = 0_u64;
    while let Some((byte, after)) = rest.split_first() {
        last = last << 8 | *byte as u64;
        rest = after;
    }
    mix(all, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_said_and_not_how() {
        let record = r#"{"id":"1","meta":{"versionId":"1"},"status":"booked","a":[1,{"x":null}]}"#;
        for (other, is_same) in [
            (r#"{"id":"1","meta":{"versionId":"2"},"status":"booked","a":[1,{"x":null}]}"#, true),
            (r#"{ "status":"b\u006foked","a":[1,{"x":null}],"id":"1" }"#, true),
            (r#"{"id":"1","status":"cancelled","a":[1,{"x":null}]}"#, false),
            (r#"{"id":"1","status":"booked","a":[{"x":null},1]}"#, false),
            (r#"{"id":"1","status":"booked","a":[1,{"meta":7}]}"#, false),
            (r#"{"id":"booked","status":"1","a":[1,{"x":null}]}"#, false),
        ] {
            assert_eq!(fingerprint(record) == fingerprint(other), is_same, "{other}");
        }
    }
}
