//! What the clinic says of an appointment and its patient, as the data model has it.

use rounds_sdk::{
    fingerprint,
    model::{
        Address, AppointmentInfo, Demographics, Identifier, Location, PhoneNumber, Provider,
        Scheduling, Visit,
    },
};
use serde::Deserialize;

/// An appointment, with whatever of it the clinic knows.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Appointment {
    pub(crate) id: String,
    pub(crate) patient_id: String,
    status: Option<String>,
    pub(crate) start: Option<String>,
    minutes: Option<u32>,
    reason: Option<String>,
    cancel_reason: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    provider: Option<Person>,
    location: Option<Room>,
}

#[derive(Default, Deserialize)]
struct Person {
    id: Option<String>,
    given: Option<String>,
    family: Option<String>,
}

#[derive(Default, Deserialize)]
struct Room {
    facility: Option<String>,
    room: Option<String>,
}

/// A patient.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patient {
    /// Not told, as the appointment has it; but what lacks it is no patient.
    #[serde(rename = "id")]
    _id: String,
    mrn: Option<String>,
    given: Option<String>,
    family: Option<String>,
    birth_date: Option<String>,
    sex: Option<String>,
    phone: Option<String>,
    address: Option<Home>,
}

#[derive(Default, Deserialize)]
struct Home {
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
}

impl Appointment {
    /// One of which nothing is told but that it is off.
    pub(crate) fn cancelled(id: &str, patient_id: &str) -> Self {
        let (id, patient_id) = (id.to_owned(), patient_id.to_owned());
        Self { id, patient_id, status: Some("cancelled".into()), ..Self::default() }
    }

    /// A fingerprint of all that is told of it: when it was changed is not.
    pub(crate) fn content(&self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let minutes = self.minutes.map(|minutes| minutes.to_string());
        let none = (Person::default(), Room::default());
        let provider = self.provider.as_ref().unwrap_or(&none.0);
        let location = self.location.as_ref().unwrap_or(&none.1);
        let parts = [
            self.patient_id.clone(),
            text(&self.status),
            text(&self.start),
            minutes.unwrap_or_default(),
            text(&self.reason),
            text(&self.cancel_reason),
            text(&self.kind),
            text(&provider.id),
            text(&provider.given),
            text(&provider.family),
            text(&location.facility),
            text(&location.room),
        ];
        fingerprint(parts.iter().map(String::as_str))
    }

    /// The event, by whether the start is the one last told; `None` where none was told.
    pub(crate) fn event(&self, same_start: Option<bool>) -> &'static str {
        match (self.status.as_deref(), same_start) {
            (Some("cancelled"), _) => "Scheduling.Cancel",
            (Some("noshow"), _) => "Scheduling.NoShow",
            (_, None) => "Scheduling.New",
            (_, Some(false)) => "Scheduling.Reschedule",
            (_, Some(true)) => "Scheduling.Modification",
        }
    }

    /// What is told of it; without a patient where the clinic knows that one no more.
    pub(crate) fn told_with(self, patient: Option<Patient>) -> Scheduling {
        let mrn = patient.as_ref().and_then(|it| it.mrn.as_deref()).filter(|mrn| !mrn.is_empty());
        let identifiers = mrn.map(|mrn| identifier(mrn, "MR")).into_iter();
        let identifiers = identifiers.chain([identifier(&self.patient_id, "EHR")]).collect();
        let demographics = patient.map(Patient::demographics).unwrap_or_default();
        let kind = self.kind.clone();
        let info = |kind| AppointmentInfo { description: Some(kind), ..Default::default() };
        Scheduling {
            patient: rounds_sdk::model::Patient { identifiers, demographics, ..Default::default() },
            visit: self.visit(),
            appointment_info: kind.map(info).into_iter().collect(),
        }
    }

    fn visit(self) -> Visit {
        let Room { facility, room } = self.location.unwrap_or_default();
        Visit {
            visit_number: Some(self.id),
            visit_date_time: self.start,
            duration: self.minutes,
            status: self.status.map(status),
            reason: self.reason,
            cancel_reason: self.cancel_reason,
            attending_provider: self.provider.map(Person::provider),
            location: Location { facility, room, ..Default::default() },
            ..Default::default()
        }
    }
}

impl Person {
    fn provider(self) -> Provider {
        Provider {
            id: self.id,
            id_type: Some("EHR".into()),
            first_name: self.given,
            last_name: self.family,
            ..Default::default()
        }
    }
}

impl Patient {
    fn demographics(self) -> Demographics {
        let sex = match self.sex.as_deref() {
            Some("F") => "Female",
            Some("M") => "Male",
            _ => "Unknown",
        };
        let Home { street, city, state, zip } = self.address.unwrap_or_default();
        Demographics {
            first_name: self.given,
            last_name: self.family,
            dob: self.birth_date,
            sex: Some(sex.into()),
            phone_number: PhoneNumber { home: self.phone, ..Default::default() },
            address: Address { street_address: street, city, state, zip, ..Default::default() },
            ..Default::default()
        }
    }
}

fn identifier(id: &str, kind: &str) -> Identifier {
    Identifier { id: Some(id.into()), id_type: Some(kind.into()) }
}

fn status(status: String) -> String {
    match status.as_str() {
        "booked" => "Scheduled".into(),
        "cancelled" => "Cancelled".into(),
        "noshow" => "No Show".into(),
        _ => status,
    }
}
