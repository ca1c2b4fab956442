//! `orders`: ServiceRequest, told as Order.

use rounds_sdk::{
    Action, Failure, Notification, Skipped, Step,
    model::{ClinicalInfo, Diagnosis, Order, OrderDetails},
};
use serde_json::value::RawValue;

use crate::{
    encounters,
    fhir::{Annotation, CodeableConcept, Meta, Period, Reference, Text, fhir, own},
    map::{code, patient, provider},
    related::{Case, Gathered, Related},
    search::Feed,
};

/// What is searched.
pub(crate) const FEED: Feed = Feed {
    resource: "ServiceRequest",
    include: &["ServiceRequest:patient", "ServiceRequest:requester", "ServiceRequest:encounter"],
    typed_ids: false,
};

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = ["Order.New", "Order.Update", "Order.Cancel"];
    Action::feed("orders", "Orders placed, changed and cancelled", &events, 1)
}

fhir! {
    /// A ServiceRequest, as far as it is told.
    ServiceRequest {
        id: Option<Text<'a>>,
        meta: Meta<'a>,
        contained: Vec<&'a RawValue>,
        status: Option<Text<'a>>,
        intent: Option<Text<'a>>,
        priority: Option<Text<'a>>,
        code: Option<CodeableConcept<'a>>,
        order_detail: Vec<CodeableConcept<'a>>,
        subject: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        occurrence_date_time: Option<Text<'a>>,
        occurrence_period: Option<Period<'a>>,
        authored_on: Option<Text<'a>>,
        requester: Option<Reference<'a>>,
        reason_code: Vec<CodeableConcept<'a>>,
        note: Vec<Annotation<'a>>,
        patient_instruction: Option<Text<'a>>,
    }
}

/// Maps one order, once it has who and where.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<ServiceRequest>()?;
    let request = &data.resource;
    if is_draft(request) {
        return Ok(Skipped::new("neither a draft nor a plan is an order").memo("draft").into());
    }
    let references = [&request.subject, &request.encounter, &request.requester];
    let related = match case.gather(&data, &request.contained, references.map(Option::as_ref))? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let state = match request.status.as_deref() {
        Some("revoked" | "entered-in-error") => "cancelled",
        _ => "active",
    };
    let order = order(case, &related, request)?;
    let event = event(case.memo, state, request.meta.is_first());
    Ok(Notification::new(event, &order)?.memo(state).into())
}

fn event(memo: Option<&str>, state: &str, is_first: bool) -> &'static str {
    match (memo, state) {
        (Some("cancelled"), "cancelled") => "Order.Update",
        (_, "cancelled") => "Order.Cancel",
        (Some("draft"), _) => "Order.New",
        (None, _) if is_first => "Order.New",
        _ => "Order.Update",
    }
}

fn is_draft(request: &ServiceRequest) -> bool {
    let is_plan =
        matches!(request.intent.as_deref(), Some("proposal" | "plan" | "directive" | "option"));
    is_plan || request.status.as_deref() == Some("draft")
}

fn order<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    request: &ServiceRequest<'a>,
) -> Result<Order, Failure> {
    let period = request.occurrence_period.as_ref();
    let begins = request.occurrence_date_time.as_ref().or_else(|| period?.start.as_ref());
    Ok(Order {
        patient: patient::of(case, related, request.subject.as_ref())?,
        visit: encounters::of(case, related, request.encounter.as_ref())?,
        order: OrderDetails {
            id: own(request.id.as_ref()),
            status: own(request.status.as_ref()),
            transaction_date_time: own(request.authored_on.as_ref()),
            collection_date_time: own(begins),
            expiration: own(period.and_then(|period| period.end.as_ref())),
            priority: own(request.priority.as_ref()),
            procedure: request.code.as_ref().map(code::code).unwrap_or_default(),
            provider: provider::of(case, related, request.requester.as_ref())?,
            diagnoses: request.reason_code.iter().map(diagnosis).collect(),
            clinical_info: request.order_detail.iter().map(clinical_info).collect(),
            notes: request.note.iter().filter_map(|note| own(note.text.as_ref())).collect(),
            comments: own(request.patient_instruction.as_ref()),
        },
    })
}

fn diagnosis(reason: &CodeableConcept) -> Diagnosis {
    let code = code::code(reason);
    Diagnosis { code: code.code, codeset: code.codeset, name: code.description, kind: None }
}

fn clinical_info(detail: &CodeableConcept) -> ClinicalInfo {
    let code = code::code(detail);
    let (codeset, description) = (code.codeset, code.description);
    ClinicalInfo { code: code.code, codeset, description, ..ClinicalInfo::default() }
}
