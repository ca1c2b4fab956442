//! Reports, with the observations that they list.

use rounds_sdk::{
    Failure, Notification, Skipped, Step,
    model::{self, ResultOrder, Results},
};
use serde_json::value::RawValue;

use super::{
    TOLD, UNTOLD, event,
    observation::{self, Observation},
};
use crate::{
    encounters,
    fhir::{CodeableConcept, Period, Reference, Text, fhir, own},
    map::{code, patient, provider},
    related::{Case, Gathered, Related},
};

fhir! {
    /// A DiagnosticReport, as far as it is told.
    DiagnosticReport {
        id: Option<Text<'a>>,
        contained: Vec<&'a RawValue>,
        based_on: Vec<Reference<'a>>,
        status: Option<Text<'a>>,
        code: Option<CodeableConcept<'a>>,
        subject: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        effective_date_time: Option<Text<'a>>,
        effective_period: Option<Period<'a>>,
        issued: Option<Text<'a>>,
        performer: Vec<Reference<'a>>,
        result: Vec<Reference<'a>>,
        conclusion: Option<Text<'a>>,
    }
}

/// Maps one report, once it has its observations.
pub(super) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<DiagnosticReport>()?;
    let report = &data.resource;
    if report.status.as_deref() == Some("registered") {
        return Ok(Skipped::new("a report without results yet").memo(UNTOLD).into());
    }
    if let Some(skipped) = case.pass_over(false, false, TOLD) {
        return Ok(skipped.into());
    }
    let people = [report.subject.as_ref(), report.encounter.as_ref(), report.performer.first()];
    let references = people.into_iter().chain(report.result.iter().map(Some));
    let related = match case.gather(&data, &report.contained, references)? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let results = Results {
        patient: patient::of(case, &related, report.subject.as_ref())?,
        visit: encounters::of(case, &related, report.encounter.as_ref())?,
        orders: vec![order(case, &related, report)?],
    };
    Ok(Notification::new(event(case), &results)?.memo(TOLD).into())
}

fn order<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    report: &DiagnosticReport<'a>,
) -> Result<ResultOrder, Failure> {
    let period = report.effective_period.as_ref();
    let began = report.effective_date_time.as_ref().or_else(|| period?.start.as_ref());
    let ordered = report.based_on.first().and_then(|order| related.local_id(order));
    Ok(ResultOrder {
        id: ordered.map(str::to_owned).or_else(|| own(report.id.as_ref())),
        application_order_id: own(report.id.as_ref()),
        transaction_date_time: own(report.issued.as_ref()),
        collection_date_time: own(began),
        completion_date_time: own(period.and_then(|period| period.end.as_ref())),
        results_status: own(report.status.as_ref()),
        status: None,
        procedure: report.code.as_ref().map(code::code).unwrap_or_default(),
        provider: provider::of(case, related, report.performer.first())?,
        notes: own(report.conclusion.as_ref()).into_iter().collect(),
        results: results(related, report)?,
    })
}

/// The values of a report; of an observation that couldn't be had, the reference's own words.
fn results<'a>(
    related: &Related<'a>,
    report: &DiagnosticReport<'a>,
) -> Result<Vec<model::Observation>, Failure> {
    let mut results = Vec::with_capacity(report.result.len());
    for reference in &report.result {
        match related.find::<Observation>(reference)? {
            Some(observation) => results.extend(observation::values(&observation)),
            None => results.push(model::Observation {
                description: own(reference.display.as_ref()),
                ..model::Observation::default()
            }),
        }
    }
    Ok(results)
}
