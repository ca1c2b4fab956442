//! `orders`: ServiceRequest, told as Order.

use rounds_sdk::{
    Action, Failure, Notification, Step,
    model::{ClinicalInfo, Diagnosis, Order, OrderDetails},
};
use serde_json::value::RawValue;

use crate::{
    encounters,
    fhir::{Annotation, CodeableConcept, Coding, Period, Quantity, Reference, Text, fhir, own},
    map::{code, patient, provider},
    moved,
    related::{Case, Gathered, Related},
    search::Feed,
};

/// What is searched.
pub(crate) const FEED: Feed = Feed {
    resource: "ServiceRequest",
    include: &["ServiceRequest:patient", "ServiceRequest:requester", "ServiceRequest:encounter"],
    typed_ids: false,
    asks_together: false,
};

/// What is remembered of an order that stands.
const ACTIVE: &str = "active";

/// What is remembered of an order that was taken back.
const CANCELLED: &str = "cancelled";

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = ["Order.New", "Order.Update", "Order.Cancel"];
    Action::feed("orders", "Orders placed, changed and cancelled", &events, 1).lists()
}

fhir! {
    /// A ServiceRequest, as far as it is told.
    ServiceRequest {
        id: Option<Text<'a>>,
        contained: Vec<&'a RawValue>,
        status: Option<Text<'a>>,
        intent: Option<Text<'a>>,
        priority: Option<Text<'a>>,
        code: Option<CodeableConcept<'a>>,
        order_detail: Vec<Detail<'a>>,
        subject: Option<Reference<'a>>,
        encounter: Option<Reference<'a>>,
        occurrence_date_time: Option<Text<'a>>,
        occurrence_period: Option<Period<'a>>,
        authored_on: Option<Text<'a>>,
        requester: Option<Reference<'a>>,
        reason_code: Vec<CodeableConcept<'a>>,
        // R5's name for it.
        reason: Vec<CodeableConcept<'a>>,
        note: Vec<Annotation<'a>>,
        patient_instruction: Option<Text<'a>>,
    }

    /// What else is ordered: a concept, or as R5 has it parameters.
    Detail {
        coding: Vec<Coding<'a>>,
        text: Option<Text<'a>>,
        parameter: Vec<Parameter<'a>>,
    }

    /// What R5 has for a detail.
    Parameter {
        code: Option<CodeableConcept<'a>>,
        value_codeable_concept: Option<CodeableConcept<'a>>,
        value_string: Option<Text<'a>>,
        value_quantity: Option<Quantity<'a>>,
    }
}

/// Maps one order, once it has who and where.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<ServiceRequest>()?;
    let request = &data.resource;
    let status = request.status.as_deref();
    let state = match status {
        Some("revoked" | "entered-in-error") => CANCELLED,
        _ => ACTIVE,
    };
    let is_over = state == CANCELLED || status == Some("completed");
    if let Some(skipped) = case.pass_over(is_draft(request), is_over, state) {
        return Ok(skipped.into());
    }
    let references = [&request.subject, &request.encounter, &request.requester];
    let related = match case.gather(&data, &request.contained, references.map(Option::as_ref))? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let order = order(case, &related, request)?;
    let event = match (case.memo, state) {
        (Some(CANCELLED), CANCELLED) => "Order.Update",
        (_, CANCELLED) => "Order.Cancel",
        _ if case.is_unheard() => "Order.New",
        _ => "Order.Update",
    };
    Ok(Notification::new(event, &order)?.memo(state).into())
}

/// Cancels an order for the patient who had it.
pub(crate) fn moved_away(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<ServiceRequest>()?;
    let id = own(data.resource.id.as_ref());
    moved::away(case, &data, case.memo == Some(ACTIVE), |patient| {
        let order = OrderDetails { id, ..OrderDetails::default() };
        Notification::new("Order.Cancel", &Order { patient, visit: None, order })
    })
}

/// Cancels an order that is gone.
pub(crate) fn gone(case: &Case) -> Result<Step, Failure> {
    moved::gone(case, case.memo == Some(ACTIVE), |patient| {
        let order = OrderDetails { id: Some(case.change.id.clone()), ..OrderDetails::default() };
        Notification::new("Order.Cancel", &Order { patient, visit: None, order })
    })
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
            diagnoses: request.reason_code.iter().chain(&request.reason).map(diagnosis).collect(),
            clinical_info: request.order_detail.iter().flat_map(clinical_info).collect(),
            notes: request.note.iter().filter_map(|note| own(note.text.as_ref())).collect(),
            comments: own(request.patient_instruction.as_ref()),
        },
    })
}

fn diagnosis(reason: &CodeableConcept) -> Diagnosis {
    let code = code::code(reason);
    Diagnosis { code: code.code, codeset: code.codeset, name: code.description, kind: None }
}

fn clinical_info(detail: &Detail) -> Vec<ClinicalInfo> {
    if detail.parameter.is_empty() {
        let (coding, text) = (detail.coding.clone(), detail.text.clone());
        return vec![named(&CodeableConcept { coding, text, concept: Vec::new() })];
    }
    detail.parameter.iter().map(answered).collect()
}

fn named(concept: &CodeableConcept) -> ClinicalInfo {
    let code = code::code(concept);
    let (codeset, description) = (code.codeset, code.description);
    ClinicalInfo { code: code.code, codeset, description, ..ClinicalInfo::default() }
}

/// What is asked for, with the answer.
fn answered(parameter: &Parameter) -> ClinicalInfo {
    let quantity = parameter.value_quantity.as_ref();
    let number = || Some(quantity?.value?.get().to_owned());
    let coded = || parameter.value_codeable_concept.as_ref().and_then(code::words);
    let value = own(parameter.value_string.as_ref()).or_else(coded).or_else(number);
    let units = quantity.and_then(|quantity| own(quantity.unit.as_ref()));
    let question = parameter.code.as_ref().map(named).unwrap_or_default();
    ClinicalInfo { value, units, ..question }
}
