//! Who it is about, and the model that tells of patients and their visits.

use super::{Address, PhoneNumber, Visit, model};

model! {
    /// The `data` of `PatientAdmin.*`.
    PatientAdmin {
        /// Who it is about.
        patient: Patient,
        /// The visit, where the event is one of a visit; `null` otherwise.
        visit: Option<Visit>,
    }

    /// A patient.
    Patient {
        /// The EHR's own (`EHRID`), a medical record number (`MR`), and others.
        identifiers: Vec<Identifier>,
        /// Those of the patients that were merged into this one: of `PatientAdmin.PatientMerge`
        /// alone, and not there where it is empty.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        previous_identifiers: Vec<Identifier>,
        /// Name, birth date, address and so on.
        demographics: Demographics,
        /// Free text.
        notes: Vec<String>,
        /// Who else is to be called.
        contacts: Vec<Contact>,
    }

    /// A name under which a patient or a provider is known to some system.
    Identifier {
        /// The identifier.
        #[serde(rename = "ID")]
        id: Option<String>,
        /// Which kind it is: `MR`, `EHRID`, `NPI`, …
        #[serde(rename = "IDType")]
        id_type: Option<String>,
    }

    /// Who a patient is.
    Demographics {
        /// First given name.
        first_name: Option<String>,
        /// Further given names.
        middle_name: Option<String>,
        /// Family name.
        last_name: Option<String>,
        /// `YYYY-MM-DD`, or as much of it as is known.
        #[serde(rename = "DOB")]
        dob: Option<String>,
        /// Social security number.
        #[serde(rename = "SSN")]
        ssn: Option<String>,
        /// `Female`, `Male`, `Other` or `Unknown`.
        sex: Option<String>,
        /// As the EHR words it.
        race: Option<String>,
        /// Whether the EHR says so.
        is_hispanic: Option<bool>,
        /// As the EHR words it.
        marital_status: Option<String>,
        /// Whether the EHR says so.
        is_deceased: Option<bool>,
        /// RFC 3339, or as much as is known.
        death_date_time: Option<String>,
        /// Telephone numbers.
        phone_number: PhoneNumber,
        /// E-mail addresses.
        email_addresses: Vec<String>,
        /// A code, as `en`.
        language: Option<String>,
        /// Countries.
        citizenship: Vec<String>,
        /// The address.
        address: Address,
    }

    /// Someone to be called about a patient.
    Contact {
        /// Given names.
        first_name: Option<String>,
        /// Always `null` where the EHR has no such field.
        middle_name: Option<String>,
        /// Family name.
        last_name: Option<String>,
        /// Where they live.
        address: Address,
        /// Telephone numbers.
        phone_number: PhoneNumber,
        /// As the EHR words it.
        relation_to_patient: Option<String>,
        /// E-mail addresses.
        email_addresses: Vec<String>,
        /// As `Emergency contact`.
        roles: Vec<String>,
    }
}
