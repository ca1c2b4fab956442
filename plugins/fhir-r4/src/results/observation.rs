//! Observations: the values of a report, and those that stand alone.

use rounds_sdk::{
    Failure, Notification, Request, Response, Skipped, Step,
    model::{self, ResultOrder, Results},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

use super::{REPORTS, TOLD, event, value::Value};
use crate::{
    bundle::Bundle,
    encounters,
    fhir::{Annotation, CodeableConcept, Period, Reference, Text, fhir, own},
    map::{code, patient, provider},
    related::{Case, Gathered, Related},
};

/// So many reports are asked for at most, where many observations are asked about.
const TOGETHER: usize = 100;

/// What is remembered of an observation that its report has told.
const LISTED: &str = "listed";

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

/// Whether a report lists an observation.
enum Listed<'a> {
    Yes,
    No {
        /// The answers to what was asked beside that.
        collected: &'a [Response],
    },
    /// This tells.
    Ask(Request),
}

/// Whether a report lists an observation, which only one that nobody has heard of needs to know.
/// It is asked of all that came on one page together, as equal requests are sent once; and of this
/// one alone where that answer leaves it open.
fn listed<'a>(case: &Case<'a>, beside: Option<&str>) -> Result<Listed<'a>, Failure> {
    let mut collected = case.collected;
    if !case.is_unheard() {
        return Ok(Listed::No { collected });
    }
    let alone = case.change.id.as_str();
    let together = beside.filter(|beside| *beside != alone).map(|beside| (beside, TOGETHER));
    for (names, most) in together.into_iter().chain([(alone, 1)]) {
        let Some((answer, rest)) = collected.split_first() else {
            return Ok(Listed::Ask(reports_of(names, most)));
        };
        collected = rest;
        match is_listed(case, answer, most) {
            Ok(Some(true)) => return Ok(Listed::Yes),
            Ok(Some(false)) => return Ok(Listed::No { collected }),
            Ok(None) => {}
            Err(_) if case.context.last_try => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(Listed::No { collected })
}

/// The request that says which reports list any of these observations.
fn reports_of(names: &str, most: usize) -> Request {
    Request::get("/DiagnosticReport")
        .query("result", names)
        .query("_count", most)
        .header("accept", "application/fhir+json")
}

/// Whether a report answered does list the observation, as a server that doesn't know the
/// parameter answers any, or an error. `None` where there may be others.
fn is_listed(case: &Case, answer: &Response, most: usize) -> Result<Option<bool>, Failure> {
    if matches!(answer.status, 400 | 404 | 413 | 414 | 422 | 501) {
        return Ok(None);
    }
    let bundle = Bundle::read(&REPORTS, &case.context.base_url, answer)?;
    let is_listed = bundle.refers_to(&case.context.base_url, &case.change.id);
    let is_all = bundle.next.is_none() && bundle.shown() < most;
    Ok((is_listed || is_all).then_some(is_listed))
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
