//! A server's records: what they said at each of their times, and how a state is known again in
//! what a receiver was told.

use serde_json::{Value, json};

use super::chronicle::{HOUR, instant};

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Appointment,
    Patient,
    Encounter,
    Order,
    Observation,
    /// What lists observations. Nobody writes one.
    Report,
}

impl Kind {
    /// All that is polled where a seed says so.
    pub(super) const USUAL: [Self; 4] =
        [Self::Appointment, Self::Patient, Self::Encounter, Self::Order];

    pub(super) const ALL: [Self; 6] = [
        Self::Appointment,
        Self::Patient,
        Self::Encounter,
        Self::Order,
        Self::Observation,
        Self::Report,
    ];

    /// The resource's type.
    pub(super) fn resource(self) -> &'static str {
        match self {
            Self::Appointment => "Appointment",
            Self::Patient => "Patient",
            Self::Encounter => "Encounter",
            Self::Order => "ServiceRequest",
            Self::Observation => "Observation",
            Self::Report => "DiagnosticReport",
        }
    }

    /// The action that polls them.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Appointment => "appointments",
            Self::Patient => "patients",
            Self::Encounter => "encounters",
            Self::Order => "orders",
            Self::Observation | Self::Report => "results",
        }
    }

    pub(super) fn of_resource(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.resource() == name)
    }

    /// How a record of this kind begins.
    pub(super) fn first_status(self) -> &'static str {
        match self {
            Self::Appointment => "booked",
            Self::Patient | Self::Order => "active",
            Self::Encounter => "in-progress",
            Self::Observation | Self::Report => "final",
        }
    }
}

/// What a record says, as far as it matters to anybody here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) status: &'static str,
    /// Hours from the beginning of the world.
    pub(super) start: i64,
    pub(super) patient: Option<String>,
    /// A ward.
    pub(super) place: u64,
    /// Whose place a patient took, or who took theirs.
    pub(super) link: Option<Link>,
}

/// What a patient is to another who is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    ReplacedBy(String),
    Replaces(String),
}

impl Draft {
    /// What a new record says.
    pub(super) fn new(kind: Kind, patient: Option<&str>) -> Self {
        let patient = patient.map(str::to_owned);
        Self { status: kind.first_status(), start: 240, patient, place: 1, link: None }
    }
}

/// One state of a record.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// From 1 on.
    pub(super) number: usize,
    /// When it was written, and until when nobody saw it.
    pub(super) at: i64,
    pub(super) seen: i64,
    /// When that was by the server's clock, by which it searches.
    pub(super) clock: i64,
    /// What the server says of it.
    pub(super) stamp: Option<i64>,
    pub(super) version: Option<String>,
    pub(super) draft: Draft,
}

/// A record with all that it ever said.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) states: Vec<State>,
}

impl Record {
    /// The place of the state that everybody sees at a time.
    pub(super) fn seen(&self, now: i64) -> Option<usize> {
        self.states.iter().rposition(|state| state.seen <= now)
    }

    pub(super) fn last(&self) -> Option<&State> {
        self.states.last()
    }

    /// Whether it was there before the world began.
    pub(super) fn is_old(&self) -> bool {
        self.states.first().is_some_and(|state| state.at < 0)
    }

    /// What it said as the world began.
    pub(super) fn before(&self) -> Option<&Draft> {
        self.states.iter().rfind(|state| state.at < 0).map(|state| &state.draft)
    }

    /// Whether it was ever another patient's between two of its states.
    pub(super) fn moved(&self, from: usize, to: usize) -> bool {
        let of = |number: usize| self.states.iter().find(move |state| state.number == number);
        let patient = |number| of(number).and_then(|state| state.draft.patient.as_ref());
        (from..=to).any(|number| patient(number) != patient(from))
    }

    /// A state as the server shows it.
    pub(super) fn show(&self, state: &State) -> Value {
        let mut shown = body(self.kind, &state.draft, &mark(&self.id, state.number));
        shown["resourceType"] = self.kind.resource().into();
        shown["id"] = self.id.clone().into();
        let mut meta = json!({});
        if let Some(version) = &state.version {
            meta["versionId"] = version.clone().into();
        }
        if let Some(stamp) = state.stamp {
            meta["lastUpdated"] = instant(stamp).into();
        }
        if meta != json!({}) {
            shown["meta"] = meta;
        }
        shown
    }
}

/// What everybody is called, which not every way to write texts knows.
pub(super) const GIVEN: &str = "Jürgen";
/// What each mark begins with.
pub(super) const MARK: &str = "mark ";

/// What tells a state apart from all others, wherever it is told.
pub(super) fn mark(id: &str, number: usize) -> String {
    format!("{MARK}{id} {number}")
}

/// The record and the number that stand in a mark.
pub(super) fn marked(text: &str) -> Option<(&str, usize)> {
    let (id, number) = text.strip_prefix(MARK)?.split_once(' ')?;
    Some((id, number.parse().ok()?))
}

fn body(kind: Kind, draft: &Draft, mark: &str) -> Value {
    let patient = draft.patient.as_ref().map(|id| json!({"reference": format!("Patient/{id}")}));
    let ward = json!({"display": format!("ward {}", draft.place)});
    match kind {
        Kind::Appointment => {
            let start = instant(draft.start * HOUR);
            let end = instant((draft.start + 1) * HOUR);
            let actors = patient.into_iter().chain([ward]);
            let participants = actors.map(|actor| json!({"actor": actor, "status": "accepted"}));
            json!({"status": draft.status, "start": start, "end": end, "description": mark,
                "participant": participants.collect::<Vec<_>>()})
        }
        Kind::Patient => patient_of(draft, mark),
        Kind::Encounter => {
            let place = format!("Location/w{}", draft.place);
            json!({"status": draft.status, "class": {"code": "IMP"}, "subject": patient,
                "reasonCode": [{"text": mark}], "location": [{"location": {"reference": place}}]})
        }
        Kind::Observation | Kind::Report => json!({"status": draft.status, "subject": patient,
            "code": {"text": "a test"}, "valueString": "well", "note": [{"text": mark}]}),
        Kind::Order => json!({"status": draft.status, "intent": "order", "subject": patient,
            "code": {"text": "a test"}, "note": [{"text": mark}]}),
    }
}

fn patient_of(draft: &Draft, mark: &str) -> Value {
    let mut shown = json!({"active": true, "name": [{"family": mark, "given": [GIVEN]}]});
    let (kind, other) = match &draft.link {
        None => return shown,
        Some(Link::ReplacedBy(stays)) => ("replaced-by", stays),
        Some(Link::Replaces(gone)) => ("replaces", gone),
    };
    shown["active"] = (kind == "replaces").into();
    let other = json!({"reference": format!("Patient/{other}")});
    shown["link"] = json!([{"other": other, "type": kind}]);
    shown
}
