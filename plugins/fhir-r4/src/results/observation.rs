//! Observations: the values of a report, and those that stand alone.

use rounds_sdk::{
    Failure, Notification, Skipped, Step,
    model::{self, ResultOrder, Results},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

use super::{
    TOLD, UNTOLD, event,
    listed::{LISTED, Listed, listed},
    value::Value,
};
use crate::{
    encounters,
    fhir::{Annotation, CodeableConcept, Period, Reference, Text, fhir, own},
    map::{code, patient, provider},
    related::{Case, Gathered, Related},
};

fhir! {
    /// An Observation, but for what it found.
    Frame {
        id: Option<Text<'a>>,
        contained: Vec<&'a RawValue>,
        based_on: Vec<Reference<'a>>,
        subject: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        effective_date_time: Option<Text<'a>>,
        effective_period: Option<Period<'a>>,
        issued: Option<Text<'a>>,
        performer: Vec<Reference<'a>>,
        status: Option<Text<'a>>,
        note: Vec<Annotation<'a>>,
        method: Option<CodeableConcept<'a>>,
        component: Vec<Value<'a>>,
    }
}

/// An Observation. A component finds in the same words as the whole, so those are a type of
/// their own, read from the same text.
pub(super) struct Observation<'a> {
    frame: Frame<'a>,
    value: Value<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Observation<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let frame = serde_json::from_str(text).map_err(D::Error::custom)?;
        let value = serde_json::from_str(text).map_err(D::Error::custom)?;
        Ok(Self { frame, value })
    }
}

/// Maps one observation, unless its report tells it.
pub(super) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<Observation>()?;
    let observation = &data.resource.frame;
    if observation.status.as_deref() == Some("registered") {
        return Ok(Skipped::new("an observation without a result yet").memo(UNTOLD).into());
    }
    if let Some(skipped) = case.pass_over(false, false, TOLD) {
        return Ok(skipped.into());
    }
    let collected = match listed(case, data.beside.as_deref())? {
        Listed::Ask(request) => return Ok(Step::Fetch(vec![request])),
        Listed::Yes => return Ok(Skipped::new("its report tells it").memo(LISTED).into()),
        Listed::No { collected } => collected,
    };
    let rest = Case { collected, ..*case };
    let references = [&observation.subject, &observation.encounter].map(Option::as_ref);
    let references = references.into_iter().chain([observation.performer.first()]);
    let related = match rest.gather(&data, &observation.contained, references)? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let results = results(case, &related, &data.resource)?;
    Ok(Notification::new(event(case), &results)?.memo(TOLD).into())
}

fn results<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    observation: &Observation<'a>,
) -> Result<Results, Failure> {
    let frame = &observation.frame;
    Ok(Results {
        patient: patient::of(case, related, frame.subject.as_ref())?,
        visit: encounters::of(case, related, frame.encounter.as_ref())?,
        orders: vec![order(case, related, observation)?],
    })
}

/// The order that an observation answers; an observation without one stands for itself.
fn order<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    observation: &Observation<'a>,
) -> Result<ResultOrder, Failure> {
    let frame = &observation.frame;
    let ordered = frame.based_on.first().and_then(|order| related.local_id(order));
    let provider = provider::of(case, related, frame.performer.first())?;
    let mut results = values(observation);
    for result in &mut results {
        result.performer.clone_from(&provider);
    }
    Ok(ResultOrder {
        id: ordered.map(str::to_owned).or_else(|| own(frame.id.as_ref())),
        application_order_id: own(frame.id.as_ref()),
        transaction_date_time: own(frame.issued.as_ref()),
        collection_date_time: own(observed_at(frame)),
        results_status: own(frame.status.as_ref()),
        procedure: observation.value.code.as_ref().map(code::code).unwrap_or_default(),
        provider,
        results,
        ..ResultOrder::default()
    })
}

/// The values of an observation: its own, and one for each component.
pub(super) fn values(observation: &Observation) -> Vec<model::Observation> {
    let Observation { frame, value } = observation;
    let own_value = (value.is_given() || frame.component.is_empty()).then_some(value);
    let method = frame.method.as_ref().and_then(code::words);
    let notes: Vec<String> = frame.note.iter().filter_map(|note| own(note.text.as_ref())).collect();
    let values = own_value.into_iter().chain(&frame.component);
    values
        .map(|value| model::Observation {
            date_time: own(observed_at(frame)),
            status: own(frame.status.as_ref()),
            observation_method: method.clone(),
            notes: notes.clone(),
            ..value.map()
        })
        .collect()
}

fn observed_at<'r, 'a>(frame: &'r Frame<'a>) -> Option<&'r Text<'a>> {
    let period = frame.effective_period.as_ref();
    frame.effective_date_time.as_ref().or_else(|| period?.start.as_ref())
}
