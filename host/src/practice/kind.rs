//! The FHIR resource types that the practice EHR has.

use std::fmt;

/// A FHIR R4 resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A slot of someone's time, mostly booked for a patient.
    Appointment,
    /// A person who is cared for.
    Patient,
    /// A visit.
    Encounter,
    /// An order.
    ServiceRequest,
    /// A report on what was ordered.
    DiagnosticReport,
    /// One measured value.
    Observation,
    /// A person who cares.
    Practitioner,
    /// A room.
    Location,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Appointment,
        Self::Patient,
        Self::Encounter,
        Self::ServiceRequest,
        Self::DiagnosticReport,
        Self::Observation,
        Self::Practitioner,
        Self::Location,
    ];

    /// Its name in FHIR, as `Appointment`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Appointment => "Appointment",
            Self::Patient => "Patient",
            Self::Encounter => "Encounter",
            Self::ServiceRequest => "ServiceRequest",
            Self::DiagnosticReport => "DiagnosticReport",
            Self::Observation => "Observation",
            Self::Practitioner => "Practitioner",
            Self::Location => "Location",
        }
    }

    /// The kind of this FHIR name, if the practice EHR has it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What its ids begin with. Each kind has its own, so that an id alone tells a record.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Appointment => "apt",
            Self::Patient => "pat",
            Self::Encounter => "enc",
            Self::ServiceRequest => "ord",
            Self::DiagnosticReport => "rep",
            Self::Observation => "obs",
            Self::Practitioner => "doc",
            Self::Location => "loc",
        }
    }

    /// The event that tells of a record of this kind which differs, no more.
    pub(super) fn revision_event(self) -> &'static str {
        match self {
            Self::Appointment => "Scheduling.Modification",
            Self::Patient => "PatientAdmin.PatientUpdate",
            Self::Encounter => "PatientAdmin.VisitUpdate",
            Self::ServiceRequest => "Order.Update",
            Self::DiagnosticReport | Self::Observation => "Results.Modification",
            Self::Practitioner => "Provider.Update",
            Self::Location => "Location.Update",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
