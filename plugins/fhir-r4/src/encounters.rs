//! `encounters`: Encounter, told as PatientAdmin.
//!
//! FHIR has one status where the models have events, so an event is the step from the state
//! remembered to the state now. It doesn't tell registering from arriving: both are Arrival.

use rounds_sdk::{
    Action, Failure, Notification, Step, fingerprint,
    model::{PatientAdmin, Provider, Visit},
};
use serde_json::value::RawValue;

use crate::{
    fhir::{CodeableConcept, Coding, Identifier, Period, Reference, Text, fhir, own},
    map::{code, patient, place, provider},
    moved,
    related::{Case, Gathered, Related},
    search::Feed,
};

/// What is searched.
pub(crate) const FEED: Feed = Feed {
    resource: "Encounter",
    include: &["Encounter:patient", "Encounter:practitioner", "Encounter:location"],
    typed_ids: false,
    asks_together: false,
};

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = [
        "PatientAdmin.PreAdmit",
        "PatientAdmin.Arrival",
        "PatientAdmin.Transfer",
        "PatientAdmin.VisitUpdate",
        "PatientAdmin.Discharge",
        "PatientAdmin.Cancel",
    ];
    Action::feed("encounters", "Patients arriving, moving, leaving", &events, 1).lists()
}

fhir! {
    /// An Encounter, as far as it is told.
    Encounter {
        id: Option<Text<'a>>,
        contained: Vec<&'a RawValue>,
        identifier: Vec<Identifier<'a>>,
        status: Option<Text<'a>>,
        class: Option<Class<'a>>,
        #[serde(rename = "type")]
        kind: Vec<CodeableConcept<'a>>,
        subject: Option<Reference<'a>>,
        participant: Vec<Participant<'a>>,
        period: Option<Period<'a>>,
        // R5 has these for the period, and for its plan.
        actual_period: Option<Period<'a>>,
        planned_start_date: Option<Text<'a>>,
        reason_code: Vec<CodeableConcept<'a>>,
        reason: Vec<Reason<'a>>,
        account: Vec<Reference<'a>>,
        location: Vec<Stay<'a>>,
    }

    /// A code, or as R5 has it a concept.
    Class {
        code: Option<Text<'a>>,
        display: Option<Text<'a>>,
        coding: Vec<Coding<'a>>,
        text: Option<Text<'a>>,
    }

    /// Who cares for the patient.
    Participant {
        #[serde(rename = "type")]
        kind: Vec<CodeableConcept<'a>>,
        individual: Option<Reference<'a>>,
        // R5's name for it.
        actor: Option<Reference<'a>>,
    }

    /// Why the patient comes, as R5 has it.
    Reason {
        value: Vec<CodeableConcept<'a>>,
    }

    /// Where the patient is, was or will be.
    Stay {
        location: Option<Reference<'a>>,
        status: Option<Text<'a>>,
    }
}

/// Maps one encounter, once it has who and where.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<Encounter>()?;
    let encounter = &data.resource;
    let (state, place) = (state(encounter), fingerprint([location(encounter)]));
    let number = number(encounter).filter(|number| encounter.id.as_deref() != Some(number));
    let memo = Memo { state, place: &place, number: number.as_deref() }.print();
    let is_over = matches!(state, "gone" | "cancelled");
    if let Some(skipped) = case.pass_over(false, is_over, &memo) {
        return Ok(skipped.into());
    }
    let people = encounter.participant.iter().map(|participant| participant.who());
    let references = [encounter.subject.as_ref(), here(encounter)].into_iter().chain(people);
    let related = match case.gather(&data, &encounter.contained, references)? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let event = event(case.memo.and_then(Memo::parse), state, &place);
    let patient = patient::of(case, &related, encounter.subject.as_ref())?;
    let visit = Some(visit(case, &related, encounter)?);
    Ok(Notification::new(event, &PatientAdmin { patient, visit })?.memo(memo).into())
}

/// Cancels an encounter for the patient who had it.
pub(crate) fn moved_away(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<Encounter>()?;
    let state = case.memo.and_then(Memo::parse).map(|memo| memo.state);
    let stands = matches!(state, Some("planned" | "here" | "unknown"));
    let visit = Some(Visit { visit_number: number(&data.resource), ..Visit::default() });
    moved::away(case, &data, stands, |patient| {
        Notification::new("PatientAdmin.Cancel", &PatientAdmin { patient, visit })
    })
}

/// Cancels an encounter that is gone.
pub(crate) fn gone(case: &Case) -> Result<Step, Failure> {
    let memo = case.memo.and_then(Memo::parse);
    let stands = memo.as_ref().is_some_and(|memo| memo.state != "cancelled");
    let number = memo.and_then(|memo| memo.number).unwrap_or(&case.change.id).to_owned();
    moved::gone(case, stands, |patient| {
        let visit = Some(Visit { visit_number: Some(number), ..Visit::default() });
        Notification::new("PatientAdmin.Cancel", &PatientAdmin { patient, visit })
    })
}

/// What is remembered of an encounter.
struct Memo<'m> {
    state: &'m str,
    /// A fingerprint of where the patient is.
    place: &'m str,
    /// Its number, where that is not its id.
    number: Option<&'m str>,
}

impl<'m> Memo<'m> {
    fn parse(text: &'m str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        Some(Self { state: parts.next()?, place: parts.next()?, number: parts.next() })
    }

    fn print(&self) -> String {
        let number = self.number.iter().flat_map(|number| [":", number]);
        format!("{}:{}{}", self.state, self.place, number.collect::<String>())
    }
}

impl<'a> Participant<'a> {
    fn who(&self) -> Option<&Reference<'a>> {
        self.individual.as_ref().or(self.actor.as_ref())
    }
}

/// What is remembered of a status.
fn state(encounter: &Encounter) -> &'static str {
    match encounter.status.as_deref() {
        Some("planned") => "planned",
        Some("arrived" | "triaged" | "in-progress" | "onleave" | "on-hold") => "here",
        Some("finished" | "discharged" | "completed" | "discontinued") => "gone",
        Some("cancelled" | "entered-in-error") => "cancelled",
        _ => "unknown",
    }
}

fn event(before: Option<Memo>, state: &str, place: &str) -> &'static str {
    let was = before.as_ref().map(|memo| memo.state);
    match state {
        _ if was == Some(state) => match before {
            Some(before) if state == "here" && before.place != place => "PatientAdmin.Transfer",
            _ => "PatientAdmin.VisitUpdate",
        },
        "planned" => "PatientAdmin.PreAdmit",
        // Back from a discharge is a correction, not another arrival.
        "here" if was == Some("gone") => "PatientAdmin.VisitUpdate",
        "here" => "PatientAdmin.Arrival",
        "gone" => "PatientAdmin.Discharge",
        "cancelled" => "PatientAdmin.Cancel",
        _ => "PatientAdmin.VisitUpdate",
    }
}

/// The visit of an encounter: for its own events, and for orders and results within it.
pub(crate) fn visit<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    encounter: &Encounter<'a>,
) -> Result<Visit, Failure> {
    let period = encounter.period.as_ref().or(encounter.actual_period.as_ref());
    let start = period.and_then(|period| period.start.as_ref());
    let reasons = encounter.reason.iter().flat_map(|reason| &reason.value);
    let account = encounter.account.first().and_then(|account| related.local_id(account));
    Ok(Visit {
        visit_number: number(encounter),
        account_number: account.map(str::to_owned),
        visit_date_time: own(start.or(encounter.planned_start_date.as_ref())),
        discharge_date_time: period.and_then(|period| own(period.end.as_ref())),
        patient_class: encounter.class.as_ref().and_then(class),
        status: own(encounter.status.as_ref()),
        reason: encounter.reason_code.iter().chain(reasons).find_map(code::words),
        kind: encounter.kind.first().and_then(code::words),
        attending_provider: practitioner(case, related, encounter, &["ATND", "PPRF"])?,
        consulting_provider: practitioner(case, related, encounter, &["CON"])?,
        referring_provider: practitioner(case, related, encounter, &["REF"])?,
        location: place::of(related, here(encounter))?,
        ..Visit::default()
    })
}

/// The visit that a record was made in: its encounter where that could be had, else its id.
pub(crate) fn of<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    reference: Option<&Reference<'_>>,
) -> Result<Option<Visit>, Failure> {
    let Some(reference) = reference.filter(|reference| related.is_a(reference, "Encounter")) else {
        return Ok(None);
    };
    if let Some(encounter) = related.find(reference)? {
        return visit(case, related, &encounter).map(Some);
    }
    let visit_number = related.local_id(reference).map(str::to_owned);
    Ok(Some(Visit { visit_number, ..Visit::default() }))
}

/// What a class says in words, else its code.
fn class(class: &Class) -> Option<String> {
    let coding = class.coding.first();
    let words = class.display.as_ref().or(class.text.as_ref());
    let words = words.or_else(|| coding?.display.as_ref()).or(class.code.as_ref());
    own(words.or_else(|| coding?.code.as_ref()))
}

/// The visit number where the EHR has such a thing, else the encounter's id.
fn number(encounter: &Encounter) -> Option<String> {
    let is_visit = |identifier: &&Identifier| {
        identifier.kind.as_ref().is_some_and(|kind| code::has(kind, "VN"))
    };
    let numbered = encounter.identifier.iter().find(is_visit);
    own(numbered.and_then(|identifier| identifier.value.as_ref()).or(encounter.id.as_ref()))
}

/// The first who takes part in one of these roles; whoever has none attends.
fn practitioner<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    encounter: &Encounter<'a>,
    roles: &[&str],
) -> Result<Option<Provider>, Failure> {
    let has = |kind: &CodeableConcept| roles.iter().any(|role| code::has(kind, role));
    let attends = roles.contains(&"ATND");
    let mut people = encounter.participant.iter().filter(|participant| {
        participant.kind.iter().any(has) || attends && participant.kind.is_empty()
    });
    let who = people.find_map(|participant| participant.who());
    provider::of(case, related, who)
}

/// Where the patient is: the place marked as active, else the last that isn't behind.
fn here<'r, 'a>(encounter: &'r Encounter<'a>) -> Option<&'r Reference<'a>> {
    let by_status = |status: &str| {
        encounter.location.iter().find(|stay| stay.status.as_deref() == Some(status))
    };
    let last =
        || encounter.location.iter().rfind(|stay| stay.status.as_deref() != Some("completed"));
    by_status("active").or_else(last)?.location.as_ref()
}

fn location<'r>(encounter: &'r Encounter) -> &'r str {
    let reference = here(encounter).and_then(|location| location.reference.as_deref());
    reference.unwrap_or_default()
}
