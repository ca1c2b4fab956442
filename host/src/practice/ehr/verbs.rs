//! What happens in a practice: the verbs that change records, each one change in the log.
//!
//! A verb that takes an id gives `None` where no such record is, or it is deleted.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{Ehr, State};
use crate::practice::{
    Chance, Changed, Kind,
    make::{self, Participants},
    shelf::{Record, instant},
};

/// How often a random record is drawn before a verb does with none.
const DRAWS: usize = 16;

impl Ehr {
    /// Books an appointment for any patient.
    pub fn book(&self) -> Option<Changed> {
        let patient = self.lock().any(Kind::Patient)?;
        self.book_for(&patient)
    }

    /// Books an appointment for this patient.
    pub fn book_for(&self, patient: &str) -> Option<Changed> {
        self.create_appointment(Some(patient))
    }

    /// Reserves a practitioner's time: an appointment that has no patient.
    pub fn hold(&self) -> Option<Changed> {
        self.create_appointment(None)
    }

    /// Moves an appointment to another time.
    pub fn reschedule(&self, id: &str) -> Option<Changed> {
        self.change(Kind::Appointment, id, "Scheduling.Reschedule", make::rescheduled)
    }

    /// Calls an appointment off.
    pub fn cancel(&self, id: &str) -> Option<Changed> {
        self.change(Kind::Appointment, id, "Scheduling.Cancel", |record, _, chance| {
            make::cancelled(record, chance);
        })
    }

    /// Notes that the patient did not come.
    pub fn no_show(&self, id: &str) -> Option<Changed> {
        self.change(Kind::Appointment, id, "Scheduling.NoShow", |record, _, _| make::missed(record))
    }

    /// Changes an appointment's comment.
    pub fn modify(&self, id: &str) -> Option<Changed> {
        self.revise(Kind::Appointment, id)
    }

    /// Registers a patient.
    pub fn register(&self) -> Option<Changed> {
        self.create(Kind::Patient, "PatientAdmin.NewPatient", |state, number, _| {
            let practitioner = state.any(Kind::Practitioner)?;
            Some(make::patient(number, &practitioner, &mut state.chance))
        })
    }

    /// A patient moves house.
    pub fn update_patient(&self, id: &str) -> Option<Changed> {
        self.revise(Kind::Patient, id)
    }

    /// A patient comes in for a visit.
    pub fn arrive(&self) -> Option<Changed> {
        self.create(Kind::Encounter, "PatientAdmin.Arrival", |state, number, now| {
            let patient = state.any(Kind::Patient)?;
            let (practitioner, location) = state.somewhere()?;
            Some(make::encounter(number, &patient, &practitioner, &location, now))
        })
    }

    /// A visit ends.
    pub fn discharge(&self, id: &str) -> Option<Changed> {
        self.change(Kind::Encounter, id, "PatientAdmin.Discharge", |record, now, _| {
            make::discharged(record, now);
        })
    }

    /// Something is ordered for a patient.
    pub fn order(&self) -> Option<Changed> {
        self.create(Kind::ServiceRequest, "Order.New", |state, number, now| {
            let patient = state.any(Kind::Patient)?;
            let practitioner = state.any(Kind::Practitioner)?;
            Some(make::order(number, &patient, &practitioner, now, &mut state.chance))
        })
    }

    /// An order is taken back.
    pub fn revoke(&self, id: &str) -> Option<Changed> {
        self.change(Kind::ServiceRequest, id, "Order.Cancel", |record, _, _| make::revoked(record))
    }

    /// Something was measured.
    pub fn observe(&self) -> Option<Changed> {
        self.create(Kind::Observation, "Results.New", |state, _, now| {
            let patient = state.any(Kind::Patient)?;
            Some(make::observation(&patient, now, &mut state.chance))
        })
    }

    /// A report on something that was measured before, or else is measured now.
    pub fn report(&self) -> Option<Changed> {
        let measured = self.lock().any(Kind::Observation);
        let observation = measured.or_else(|| self.observe().map(|changed| changed.id))?;
        self.create(Kind::DiagnosticReport, "Results.New", |state, _, now| {
            let patient = state.patient_of(&observation)?;
            let practitioner = state.any(Kind::Practitioner)?;
            Some(make::report(&patient, &practitioner, &observation, now))
        })
    }

    /// Changes a detail of any record: a comment, a note, an address.
    pub fn revise(&self, kind: Kind, id: &str) -> Option<Changed> {
        self.change(kind, id, kind.revision_event(), |record, _, chance| {
            make::revise(kind, record, chance);
        })
    }

    /// Changes a detail of a record, and dates it so long ago: what a server does whose
    /// transactions become visible later than they are dated. Never before the record's
    /// last version.
    pub fn revise_late(&self, kind: Kind, id: &str, late: Duration) -> Option<Changed> {
        let mut state = self.lock();
        let mut record = state.shelves.read(kind, id)?;
        make::revise(kind, &mut record, &mut state.chance);
        let last = state.shelves.of(kind)?.get(id)?.updated;
        let then = state.shelves.now().checked_sub(late).ok()?.as_millisecond();
        let record = state.shelves.put_dated(kind, id, then.max(last + 1), Some(record))?;
        Some(self.log(kind, &record, kind.revision_event()))
    }

    /// Deletes a record, so that asking for it answers 410. It is in no log: few systems
    /// that are polled tell of it.
    pub fn delete(&self, kind: Kind, id: &str) -> bool {
        self.lock().shelves.delete(kind, id).is_some()
    }

    /// Does one of the above to a record of one of these kinds, in proportions that keep an
    /// EHR alive. `None` of no kinds, or of ones that don't change (practitioners, rooms).
    pub fn change_at_random(&self, chance: &mut Chance, kinds: &[Kind]) -> Option<Changed> {
        let kind = *chance.pick(kinds)?;
        let (roll, open) = (chance.below(100), self.lock().any_open(kind));
        let changed = open.and_then(|id| self.change_open(kind, &id, roll));
        changed.or_else(|| self.create_any(kind, roll))
    }

    /// `None` where this roll makes a new record rather than changing an open one.
    fn change_open(&self, kind: Kind, id: &str, roll: u64) -> Option<Changed> {
        match (kind, roll) {
            (Kind::Appointment, 0..30) => self.reschedule(id),
            (Kind::Appointment, 30..50) => self.modify(id),
            (Kind::Appointment, 50..62) => self.cancel(id),
            (Kind::Appointment, 62..70) => self.no_show(id),
            (Kind::Patient, 0..80) => self.update_patient(id),
            (Kind::Encounter, 0..50) => self.discharge(id),
            (Kind::ServiceRequest, 0..30) => self.revise(kind, id),
            (Kind::ServiceRequest, 30..50) => self.revoke(id),
            (Kind::DiagnosticReport | Kind::Observation, 0..40) => self.revise(kind, id),
            _ => None,
        }
    }

    fn create_any(&self, kind: Kind, roll: u64) -> Option<Changed> {
        match kind {
            Kind::Appointment if roll >= 93 => self.hold(),
            Kind::Appointment => self.book(),
            Kind::Patient => self.register(),
            Kind::Encounter => self.arrive(),
            Kind::ServiceRequest => self.order(),
            Kind::DiagnosticReport => self.report(),
            Kind::Observation => self.observe(),
            Kind::Practitioner | Kind::Location => None,
        }
    }

    fn create_appointment(&self, patient: Option<&str>) -> Option<Changed> {
        self.create(Kind::Appointment, "Scheduling.New", |state, number, now| {
            let (practitioner, location) = &state.somewhere()?;
            let who = Participants { patient, practitioner, location };
            Some(make::appointment(number, &who, now, &mut state.chance))
        })
    }

    fn create(
        &self,
        kind: Kind,
        event: &'static str,
        make: impl FnOnce(&mut State, usize, Timestamp) -> Option<Value>,
    ) -> Option<Changed> {
        let mut state = self.lock();
        let number = state.shelves.of(kind)?.ids().len() + 1;
        let now = state.shelves.now();
        let record = make(&mut state, number, now)?;
        let id = state.shelves.next_id(kind);
        self.put(&mut state, kind, &id, event, record)
    }

    fn change(
        &self,
        kind: Kind,
        id: &str,
        event: &'static str,
        change: impl FnOnce(&mut Value, Timestamp, &mut Chance),
    ) -> Option<Changed> {
        let mut state = self.lock();
        let now = state.shelves.now();
        let mut record = state.shelves.read(kind, id)?;
        change(&mut record, now, &mut state.chance);
        self.put(&mut state, kind, id, event, record)
    }

    /// Still under the caller's lock, so that the log has the order of the changes.
    fn put(
        &self,
        state: &mut State,
        kind: Kind,
        id: &str,
        event: &'static str,
        resource: Value,
    ) -> Option<Changed> {
        let record = state.shelves.put(kind, id, resource)?;
        Some(self.log(kind, &record, event))
    }

    fn log(&self, kind: Kind, record: &Record, event: &'static str) -> Changed {
        let (id, at) = (record.id.to_string(), instant(record.updated));
        let changed = Changed { kind, id, version: record.version, event, at };
        self.0.changes.push(|_| changed.clone());
        changed
    }
}

impl State {
    fn any(&mut self, kind: Kind) -> Option<String> {
        self.draw(kind, |_| true)
    }

    /// Any record that can still change: of a closed status, none.
    fn any_open(&mut self, kind: Kind) -> Option<String> {
        self.draw(kind, |record| {
            let closed = ["cancelled", "noshow", "finished", "revoked"];
            !closed.iter().any(|status| make::has_status(record, status))
        })
    }

    fn draw(&mut self, kind: Kind, fits: impl Fn(&Value) -> bool) -> Option<String> {
        let Self { shelves, chance, .. } = self;
        let ids = shelves.of(kind)?.ids();
        let drawn = (0..DRAWS).find_map(|_| {
            let id = chance.pick(ids)?;
            shelves.read(kind, id).is_some_and(|record| fits(&record)).then_some(id)
        });
        drawn.map(|id| id.to_string())
    }

    fn somewhere(&mut self) -> Option<(String, String)> {
        Some((self.any(Kind::Practitioner)?, self.any(Kind::Location)?))
    }

    fn patient_of(&self, observation: &str) -> Option<String> {
        let record = self.shelves.of(Kind::Observation)?.get(observation)?;
        record
            .references
            .iter()
            .find_map(|reference| reference.strip_prefix("Patient/"))
            .map(Into::into)
    }
}
