//! What an observation or one of its components found.

use rounds_sdk::model::{self, ReferenceRange};

use crate::{
    fhir::{CodeableConcept, Digits, Period, Quantity, Text, fhir, own},
    map::code,
};

fhir! {
    /// What was found: of the fields that begin with `value` there is one at most.
    Value {
        code: Option<CodeableConcept<'a>>,
        value_quantity: Option<Quantity<'a>>,
        value_codeable_concept: Option<CodeableConcept<'a>>,
        value_string: Option<Text<'a>>,
        value_boolean: Option<bool>,
        value_integer: Option<Digits<'a>>,
        value_range: Option<Range<'a>>,
        value_date_time: Option<Text<'a>>,
        value_time: Option<Text<'a>>,
        value_period: Option<Period<'a>>,
        interpretation: Vec<CodeableConcept<'a>>,
        reference_range: Vec<Usual<'a>>,
    }

    /// From one quantity to another.
    Range {
        low: Option<Quantity<'a>>,
        high: Option<Quantity<'a>>,
    }

    /// What is usual.
    Usual {
        low: Option<Quantity<'a>>,
        high: Option<Quantity<'a>>,
        text: Option<Text<'a>>,
    }
}

impl Value<'_> {
    /// Whether there is a value at all; an observation may have components only.
    pub(super) fn is_given(&self) -> bool {
        self.text().is_some()
    }

    /// The value with its code, its kind and what is usual.
    pub(super) fn map(&self) -> model::Observation {
        let code = self.code.as_ref().map(code::code).unwrap_or_default();
        let (value, kind) = self.text().unzip();
        model::Observation {
            code: code.code,
            codeset: code.codeset,
            description: code.description,
            value,
            value_type: kind.map(str::to_owned),
            units: self.value_quantity.as_ref().and_then(units),
            abnormal_flag: self.interpretation.first().and_then(code::words),
            reference_range: self.reference_range.first().map(usual).unwrap_or_default(),
            ..model::Observation::default()
        }
    }

    /// The value as text, and which kind it is.
    fn text(&self) -> Option<(String, &'static str)> {
        let quantity = || Some((number(self.value_quantity.as_ref()?)?, "Numeric"));
        let coded = || Some((code::words(self.value_codeable_concept.as_ref()?)?, "Coded Entry"));
        let text = || Some((own(self.value_string.as_ref())?, "String"));
        let truth = || Some((self.value_boolean?.to_string(), "String"));
        let integer = || Some((self.value_integer?.get().to_owned(), "Numeric"));
        let range = || Some((range(self.value_range.as_ref()?), "String"));
        let time = || own(self.value_date_time.as_ref().or(self.value_time.as_ref()));
        let begin = || own(self.value_period.as_ref()?.start.as_ref());
        let moment = || Some((time().or_else(begin)?, "DateTime"));
        quantity()
            .or_else(coded)
            .or_else(text)
            .or_else(truth)
            .or_else(integer)
            .or_else(range)
            .or_else(moment)
    }
}

/// A number digit for digit, after its comparator: `<0.50`.
fn number(quantity: &Quantity) -> Option<String> {
    let comparator = quantity.comparator.as_deref().unwrap_or_default();
    Some(format!("{comparator}{}", quantity.value?.get()))
}

fn units(quantity: &Quantity) -> Option<String> {
    own(quantity.unit.as_ref().or(quantity.code.as_ref()))
}

fn range(range: &Range) -> String {
    let end = |end: &Option<Quantity>| end.as_ref().and_then(number).unwrap_or_default();
    format!("{} - {}", end(&range.low), end(&range.high))
}

fn usual(usual: &Usual) -> ReferenceRange {
    let end = |end: &Option<Quantity>| {
        let text = end.as_ref()?.value?.get();
        serde_json::from_str(text).ok()
    };
    ReferenceRange { low: end(&usual.low), high: end(&usual.high), text: own(usual.text.as_ref()) }
}
