//! The pieces that FHIR resources are made of, as far as they are read. They borrow from the
//! answer they stand in, so that nothing is copied that isn't told.

use std::{borrow::Cow, fmt, ops::Deref};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::tolerant::{Field, Read};

/// A text, borrowed where JSON has no escape in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.into_owned()
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Read<'de> for Text<'a> {
    fn text(text: Result<&'de str, &str>) -> Option<Self> {
        Some(Self(text.map_or_else(|text| Cow::Owned(text.to_owned()), Cow::Borrowed)))
    }

    fn number(text: String) -> Option<Self> {
        Some(text.into())
    }

    fn truth(truth: bool) -> Option<Self> {
        Some(truth.to_string().into())
    }
}

/// A number digit for digit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    pub(crate) fn get(self) -> &'a str {
        self.0
    }
}

impl<'de: 'a, 'a> Field<'de> for Option<Digits<'a>> {
    fn field<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let digits = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        let is_number = serde_json::from_str::<f64>(digits).is_ok();
        Ok(is_number.then_some(Digits(digits)))
    }
}

/// Declares parts of resources: everything in them may be missing, or be of another kind.
macro_rules! fhir {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Default, serde::Deserialize)]
            #[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
            pub(crate) struct $name<'a> {
                $(
                    $(#[$meta])*
                    #[serde(deserialize_with = "crate::tolerant::field")]
                    pub(crate) $field: $type,
                )*
            }

            impl<'de: 'a, 'a> crate::tolerant::Read<'de> for $name<'a> {
                fn object<A: serde::de::MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
                    crate::tolerant::object(map)
                }
            }
        )*
    };
}
pub(crate) use fhir;

fhir! {
    /// What the server says of a resource.
    Meta {
        version_id: Option<Text<'a>>,
        last_updated: Option<Text<'a>>,
    }

    /// A reference to another resource, by any of three ways.
    Reference {
        reference: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Option<Text<'a>>,
        identifier: Option<Identifier<'a>>,
        display: Option<Text<'a>>,
    }

    /// A name within some system.
    Identifier {
        #[serde(rename = "use")]
        usage: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Option<CodeableConcept<'a>>,
        system: Option<Text<'a>>,
        value: Option<Text<'a>>,
        period: Option<Period<'a>>,
    }

    /// A concept, in codes and in words; or as R5 has it in many places, a reference or a concept.
    CodeableConcept {
        coding: Vec<Coding<'a>>,
        text: Option<Text<'a>>,
        concept: Vec<CodeableConcept<'a>>,
    }

    /// A code of a system.
    Coding {
        system: Option<Text<'a>>,
        code: Option<Text<'a>>,
        display: Option<Text<'a>>,
    }

    /// A person's name.
    HumanName {
        #[serde(rename = "use")]
        usage: Option<Text<'a>>,
        text: Option<Text<'a>>,
        family: Option<Text<'a>>,
        given: Vec<Text<'a>>,
        suffix: Vec<Text<'a>>,
        period: Option<Period<'a>>,
    }

    /// A telephone number or e-mail address.
    ContactPoint {
        system: Option<Text<'a>>,
        #[serde(rename = "use")]
        usage: Option<Text<'a>>,
        value: Option<Text<'a>>,
        period: Option<Period<'a>>,
    }

    /// A postal address.
    Address {
        #[serde(rename = "use")]
        usage: Option<Text<'a>>,
        line: Vec<Text<'a>>,
        city: Option<Text<'a>>,
        district: Option<Text<'a>>,
        state: Option<Text<'a>>,
        postal_code: Option<Text<'a>>,
        country: Option<Text<'a>>,
        period: Option<Period<'a>>,
    }

    /// A span of time, open where an end is missing.
    Period {
        start: Option<Text<'a>>,
        end: Option<Text<'a>>,
    }

    /// A remark.
    Annotation {
        text: Option<Text<'a>>,
    }

    /// A number with a unit, digit for digit.
    Quantity {
        value: Option<Digits<'a>>,
        comparator: Option<Text<'a>>,
        unit: Option<Text<'a>>,
        code: Option<Text<'a>>,
    }
}

/// A text of the payload.
pub(crate) fn own(text: Option<&Text<'_>>) -> Option<String> {
    text.map(|text| text.to_string())
}
