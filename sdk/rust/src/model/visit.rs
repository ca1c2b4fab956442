//! A visit: when, where, and with whom.

use super::{Address, PhoneNumber, model};

model! {
    /// A visit, planned or under way.
    Visit {
        /// What stays the same through all changes of a visit.
        visit_number: Option<String>,
        /// The account that it is billed to.
        account_number: Option<String>,
        /// When it begins, RFC 3339.
        visit_date_time: Option<String>,
        /// As `Inpatient` or `Outpatient`, in the EHR's words.
        patient_class: Option<String>,
        /// As the EHR words it.
        status: Option<String>,
        /// Minutes.
        duration: Option<u32>,
        /// Why the patient comes.
        reason: Option<String>,
        /// Why it was cancelled.
        cancel_reason: Option<String>,
        /// When the patient was discharged, RFC 3339.
        discharge_date_time: Option<String>,
        /// As the EHR words it.
        #[serde(rename = "Type")]
        kind: Option<String>,
        /// For the patient.
        instructions: Vec<String>,
        /// Who sees the patient.
        attending_provider: Option<Provider>,
        /// Who is consulted.
        consulting_provider: Option<Provider>,
        /// Who sent the patient.
        referring_provider: Option<Provider>,
        /// Where it takes place.
        location: Location,
    }

    /// Someone who cares for patients.
    Provider {
        /// The identifier, an NPI where there is one.
        #[serde(rename = "ID")]
        id: Option<String>,
        /// Which kind it is: `NPI`, `EHRID`, …
        #[serde(rename = "IDType")]
        id_type: Option<String>,
        /// Given names.
        first_name: Option<String>,
        /// Family name; the whole name where the EHR gives no parts.
        last_name: Option<String>,
        /// As `MD`.
        credentials: Vec<String>,
        /// Where they practise.
        address: Address,
        /// E-mail addresses.
        email_addresses: Vec<String>,
        /// Telephone numbers.
        phone_number: PhoneNumber,
        /// Where they see patients.
        location: Location,
    }

    /// A place.
    Location {
        /// As the EHR words it.
        #[serde(rename = "Type")]
        kind: Option<String>,
        /// The house.
        facility: Option<String>,
        /// The ward or practice.
        department: Option<String>,
        /// The room.
        room: Option<String>,
    }
}
