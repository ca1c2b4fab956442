//! `appointments`: Appointment, told as Scheduling.

mod who;

use std::borrow::Cow;

use rounds_sdk::{
    Action, Failure, Notification, Skipped, Step, Time, fingerprint,
    model::{AppointmentInfo, Provider, Scheduling, Visit},
};
use serde_json::value::RawValue;

use self::who::{beside, candidates, is_still_there};
use crate::{
    fhir::{CodeableConcept, Identifier, Reference, Text, fhir, own},
    map::{code, patient, place, provider},
    moved,
    related::{Case, Gathered, Related},
    search::Feed,
};

/// What is searched.
pub(crate) const FEED: Feed = Feed {
    resource: "Appointment",
    include: &["Appointment:patient", "Appointment:practitioner", "Appointment:location"],
    typed_ids: false,
    asks_together: false,
};

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = [
        "Scheduling.New",
        "Scheduling.Reschedule",
        "Scheduling.Modification",
        "Scheduling.Cancel",
        "Scheduling.NoShow",
    ];
    Action::feed(
        "appointments",
        "Appointments made, moved, changed, cancelled and missed",
        &events,
        1,
    )
    .lists()
}

fhir! {
    /// An Appointment, as far as it is told.
    Appointment {
        id: Option<Text<'a>>,
        contained: Vec<&'a RawValue>,
        identifier: Vec<Identifier<'a>>,
        status: Option<Text<'a>>,
        // R4 spells it with one l.
        cancelation_reason: Option<CodeableConcept<'a>>,
        cancellation_reason: Option<CodeableConcept<'a>>,
        service_category: Vec<CodeableConcept<'a>>,
        service_type: Vec<CodeableConcept<'a>>,
        specialty: Vec<CodeableConcept<'a>>,
        appointment_type: Option<CodeableConcept<'a>>,
        reason_code: Vec<CodeableConcept<'a>>,
        // R5's names for it and for whom it is about.
        reason: Vec<CodeableConcept<'a>>,
        subject: Option<Reference<'a>>,
        description: Option<Text<'a>>,
        start: Option<Text<'a>>,
        end: Option<Text<'a>>,
        minutes_duration: Option<u64>,
        slot: Vec<Reference<'a>>,
        patient_instruction: Option<Text<'a>>,
        participant: Vec<Participant<'a>>,
    }

    /// Who or what takes part.
    Participant {
        #[serde(rename = "type")]
        kind: Vec<CodeableConcept<'a>>,
        actor: Option<Reference<'a>>,
        status: Option<Text<'a>>,
    }
}

/// What a status means for those who keep an appointment book.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Cancelled,
    NoShow,
}

/// Maps one appointment, once it has who and where.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<Appointment>()?;
    let appointment = &data.resource;
    let memo = Memo::of(appointment);
    let status = appointment.status.as_deref();
    let is_draft = matches!(status, Some("proposed" | "pending" | "waitlist"));
    let is_over = memo.state != State::Active || status == Some("fulfilled");
    if let Some(skipped) = case.pass_over(is_draft, is_over, &memo.print()) {
        return Ok(skipped.into());
    }
    let actors = appointment.participant.iter().map(|participant| participant.actor.as_ref());
    let actors = actors.chain([appointment.subject.as_ref()]);
    let related = match case.gather(&data, &appointment.contained, actors)? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let event = event(case.memo.and_then(Memo::parse), &memo);
    let scheduling = scheduling(case, &related, appointment)?;
    Ok(Notification::new(event, &scheduling)?.memo(memo.print()).into())
}

/// Cancels an appointment for the patient who had it.
pub(crate) fn moved_away(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<Appointment>()?;
    let memo = case.memo.and_then(Memo::parse);
    if is_still_there(case, &data.resource) {
        return Ok(Skipped::new("the patient takes part, though another comes first").into());
    }
    let stands = memo.is_some_and(|memo| memo.state == State::Active);
    let visit = Visit { visit_number: number(&data.resource), ..Visit::default() };
    moved::away(case, &data, stands, |patient| {
        let scheduling = Scheduling { patient, visit, appointment_info: Vec::new() };
        Notification::new("Scheduling.Cancel", &scheduling)
    })
}

/// Cancels an appointment that is gone.
pub(crate) fn gone(case: &Case) -> Result<Step, Failure> {
    let memo = case.memo.and_then(Memo::parse);
    let stands = memo.as_ref().is_some_and(|memo| memo.state != State::Cancelled);
    let number = memo.and_then(|memo| memo.number).unwrap_or_else(|| case.change.id.clone().into());
    moved::gone(case, stands, |patient| {
        let visit = Visit { visit_number: Some(number.into_owned()), ..Visit::default() };
        let scheduling = Scheduling { patient, visit, appointment_info: Vec::new() };
        Notification::new("Scheduling.Cancel", &scheduling)
    })
}

/// What is remembered of an appointment.
struct Memo<'m> {
    state: State,
    /// A fingerprint of its time.
    time: Cow<'m, str>,
    /// Its number, where that is not its id.
    number: Option<Cow<'m, str>>,
}

impl<'m> Memo<'m> {
    fn of(appointment: &Appointment) -> Self {
        let state = match appointment.status.as_deref() {
            Some("cancelled" | "entered-in-error") => State::Cancelled,
            Some("noshow") => State::NoShow,
            _ => State::Active,
        };
        let text = |text: &Option<Text>| text.as_deref().unwrap_or_default().to_owned();
        let slots = appointment.slot.iter().map(|slot| text(&slot.reference));
        let parts: Vec<String> = [instant(&appointment.start), instant(&appointment.end)]
            .into_iter()
            .chain(slots)
            .collect();
        let number = number(appointment).filter(|number| appointment.id.as_deref() != Some(number));
        let time = fingerprint(parts.iter().map(String::as_str)).into();
        Self { state, time, number: number.map(Cow::Owned) }
    }

    fn parse(text: &'m str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let (state, time) = (parts.next()?, parts.next()?);
        let state = match state {
            "active" => State::Active,
            "cancelled" => State::Cancelled,
            "noshow" => State::NoShow,
            _ => return None,
        };
        Some(Self { state, time: time.into(), number: parts.next().map(Cow::Borrowed) })
    }

    fn print(&self) -> String {
        let state = match self.state {
            State::Active => "active",
            State::Cancelled => "cancelled",
            State::NoShow => "noshow",
        };
        let number = self.number.iter().flat_map(|number| [":", number]);
        format!("{state}:{}{}", self.time, number.collect::<String>())
    }
}

/// The same text for the same instant, whatever offset the server writes it with.
fn instant(time: &Option<Text>) -> String {
    let text = time.as_deref().unwrap_or_default();
    Time::parse(text).map_or_else(|_| text.to_owned(), |time| time.to_string())
}

/// The event of an appointment; the first that anybody hears of one is that there is one.
fn event(before: Option<Memo>, now: &Memo) -> &'static str {
    let was = before.as_ref().map(|memo| memo.state);
    match now.state {
        State::Cancelled if was != Some(State::Cancelled) => "Scheduling.Cancel",
        State::NoShow if was != Some(State::NoShow) => "Scheduling.NoShow",
        State::Active if matches!(was, None | Some(State::Cancelled)) => "Scheduling.New",
        State::Active if before.is_some_and(|before| before.time != now.time) => {
            "Scheduling.Reschedule"
        }
        _ => "Scheduling.Modification",
    }
}

fn scheduling<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    appointment: &Appointment<'a>,
) -> Result<Scheduling, Failure> {
    let takes_part = candidates(appointment.subject.as_ref(), &appointment.participant);
    let mut patients: Vec<&Reference> =
        takes_part.filter(|who| related.is_a(who, "Patient")).collect();
    // Who declines has it all the same where nobody else does.
    let any = || actor(related, appointment, &["Patient"], |_| true);
    let first = if patients.is_empty() { any() } else { Some(patients.remove(0)) };
    let is_first = |who: &&&Reference| {
        who.reference.is_some() && who.reference == first.and_then(|first| first.reference.clone())
    };
    let others = patients.iter().filter(|who| !is_first(who));
    let others = others.map(|who| patient::of(case, related, Some(who)).map(|who| beside(&who)));
    let mut appointment_info = info(appointment);
    appointment_info.extend(others.collect::<Result<Vec<_>, _>>()?);
    Ok(Scheduling {
        patient: patient::of(case, related, first)?,
        visit: visit(case, related, appointment)?,
        appointment_info,
    })
}

fn visit<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    appointment: &Appointment<'a>,
) -> Result<Visit, Failure> {
    let place = actor(related, appointment, &["Location"], |_| true);
    let reason = appointment.reason_code.iter().chain(&appointment.reason).find_map(code::words);
    let cancelled_for = appointment.cancelation_reason.as_ref();
    let cancelled_for = cancelled_for.or(appointment.cancellation_reason.as_ref());
    let duration = appointment.minutes_duration.and_then(|minutes| u32::try_from(minutes).ok());
    Ok(Visit {
        visit_number: number(appointment),
        visit_date_time: own(appointment.start.as_ref()),
        status: own(appointment.status.as_ref()),
        duration: duration.or_else(|| minutes(appointment)),
        reason: reason.or_else(|| own(appointment.description.as_ref())),
        cancel_reason: cancelled_for.and_then(code::words),
        kind: appointment.appointment_type.as_ref().and_then(code::words),
        instructions: own(appointment.patient_instruction.as_ref()).into_iter().collect(),
        attending_provider: practitioner(case, related, appointment, is_attending)?,
        consulting_provider: practitioner(case, related, appointment, |one| has_role(one, "CON"))?,
        referring_provider: practitioner(case, related, appointment, |one| has_role(one, "REF"))?,
        location: place::of(related, place)?,
        ..Visit::default()
    })
}

fn practitioner<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    appointment: &Appointment<'a>,
    role: impl Fn(&Participant) -> bool,
) -> Result<Option<Provider>, Failure> {
    let who = actor(related, appointment, &["Practitioner", "PractitionerRole"], role);
    provider::of(case, related, who)
}

fn has_role(participant: &Participant, role: &str) -> bool {
    participant.kind.iter().any(|kind| code::has(kind, role))
}

/// Whoever has no other role attends.
fn is_attending(participant: &Participant) -> bool {
    !has_role(participant, "CON") && !has_role(participant, "REF")
}

/// The visit number where the EHR has such a thing, else the appointment's id: either stays
/// the same through all changes, and a new booking has another.
fn number(appointment: &Appointment) -> Option<String> {
    let is_visit = |identifier: &&Identifier| {
        identifier.kind.as_ref().is_some_and(|kind| code::has(kind, "VN"))
    };
    let numbered = appointment.identifier.iter().find(is_visit);
    own(numbered.and_then(|identifier| identifier.value.as_ref()).or(appointment.id.as_ref()))
}

fn minutes(appointment: &Appointment) -> Option<u32> {
    let [start, end] = [&appointment.start, &appointment.end].map(|time| time.as_deref());
    let (start, end) = (Time::parse(start?).ok()?, Time::parse(end?).ok()?);
    u32::try_from(end.millis_since(start) / 60_000).ok()
}

/// The first who is of one of these types and takes part in such a role.
fn actor<'r, 'a>(
    related: &Related,
    appointment: &'r Appointment<'a>,
    kinds: &[&str],
    role: impl Fn(&Participant) -> bool,
) -> Option<&'r Reference<'a>> {
    let participants = appointment.participant.iter().filter(|participant| role(participant));
    let mut actors = participants.filter_map(|participant| participant.actor.as_ref());
    actors.find(|actor| kinds.iter().any(|kind| related.is_a(actor, kind)))
}

fn info(appointment: &Appointment) -> Vec<AppointmentInfo> {
    let concepts = appointment.service_category.iter();
    let concepts = concepts.chain(&appointment.service_type).chain(&appointment.specialty);
    concepts
        .map(|concept| {
            let code = code::code(concept);
            let (codeset, description) = (code.codeset, code.description);
            AppointmentInfo { code: code.code, codeset, description, value: None }
        })
        .collect()
}
