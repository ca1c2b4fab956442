//! Reading resources as servers write them, and not only as the standard has them: null is
//! absent, a number may be a text and a text a number, one may stand where many are expected and
//! many where one is. What is still of another kind is absent, so that it takes nothing along.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::MapAccessDeserializer,
    },
};
use serde_json::value::RawValue;

/// What can stand in a resource; `None` is absent. An error is a fault of the JSON alone.
pub(crate) trait Read<'de>: Sized {
    /// From an object.
    fn object<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        IgnoredAny.visit_map(map).map(|_| None)
    }

    /// From a text; one that may borrow from the answer is given as `Ok`.
    fn text(_: Result<&'de str, &str>) -> Option<Self> {
        None
    }

    /// From a number, as text.
    fn number(_: String) -> Option<Self> {
        None
    }

    /// From true or false.
    fn truth(_: bool) -> Option<Self> {
        None
    }
}

/// A field that may hold one, or many.
pub(crate) trait Field<'de>: Sized {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// For `#[serde(deserialize_with)]`.
pub(crate) fn field<'de, D: Deserializer<'de>, F: Field<'de>>(
    deserializer: D,
) -> Result<F, D::Error> {
    F::field(deserializer)
}

impl<'de, T: Read<'de>> Field<'de> for Option<T> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        One(PhantomData).deserialize(deserializer)
    }
}

impl<'de, T: Read<'de>> Field<'de> for Vec<T> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Many(PhantomData))
    }
}

/// JSON as it stands there, for what is read later, or not at all.
impl<'de: 'a, 'a> Field<'de> for Option<&'a RawValue> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(Some(raw).filter(|raw| raw.get() != "null"))
    }
}

impl<'de: 'a, 'a> Field<'de> for Vec<&'a RawValue> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'[') => serde_json::from_str(raw.get()).map_err(D::Error::custom),
            Some(b'{') => Ok(vec![raw]),
            _ => Ok(Vec::new()),
        }
    }
}

/// A whole number that is not negative: `30`, `30.0`, `"30"`.
impl Read<'_> for u64 {
    fn text(text: Result<&str, &str>) -> Option<Self> {
        Self::number(text.unwrap_or_else(|text| text).to_owned())
    }

    fn number(text: String) -> Option<Self> {
        let whole = match text.split_once('.') {
            Some((whole, rest)) if rest.bytes().all(|digit| digit == b'0') => whole,
            _ => &text,
        };
        whole.parse().ok()
    }
}

impl Read<'_> for bool {
    fn text(text: Result<&str, &str>) -> Option<Self> {
        text.unwrap_or_else(|text| text).parse().ok()
    }

    fn truth(truth: bool) -> Option<Self> {
        Some(truth)
    }
}

/// Reads one value, or the first of many.
pub(crate) struct One<T>(PhantomData<T>);

impl<T> One<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for One<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The visits that one and many have in common.
macro_rules! scalars {
    ($value:ty, $wrap:expr) => {
        type Value = $value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok($wrap(T::text(Ok(text))))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok($wrap(T::text(Err(text))))
        }

        fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
            Ok($wrap(T::truth(truth)))
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok($wrap(T::number(number.to_string())))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok($wrap(T::number(number.to_string())))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
            Ok($wrap(T::number(number.to_string())))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok($wrap(None))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::object(map).map($wrap)
        }
    };
}

impl<'de, T: Read<'de>> Visitor<'de> for One<T> {
    scalars!(Option<T>, std::convert::identity);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        let mut found = None;
        while found.is_none() {
            match list.next_element_seed(One(PhantomData))? {
                Some(element) => found = element,
                None => return Ok(None),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

/// All values of a list, or the only one.
struct Many<T>(PhantomData<T>);

impl<'de, T: Read<'de>> Visitor<'de> for Many<T> {
    scalars!(Vec<T>, |one: Option<T>| one.into_iter().collect());

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut found = Vec::new();
        while let Some(element) = list.next_element_seed(One(PhantomData))? {
            found.extend(element);
        }
        Ok(found)
    }
}

/// An object's text, as its type reads it; `None` for what is no object.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

/// An object as its type reads it.
pub(crate) fn object<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: A,
) -> Result<Option<T>, A::Error> {
    T::deserialize(MapAccessDeserializer::new(map)).map(Some)
}
