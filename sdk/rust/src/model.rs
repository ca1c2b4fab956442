//! The data models that integration teams know from Redox, as types: [`Scheduling`],
//! [`PatientAdmin`], [`Order`] and [`Results`], each the `data` of a notification.
//!
//! They keep the convention of those models: what is absent is there all the same, a scalar as
//! `null`, a list as `[]`, a nested object with its own fields `null`. So a hold or a block of
//! an appointment book, which has no patient, carries a `Patient` without identifiers and with
//! no name: a receiver finds every path it knows, and tells such a slot by its empty
//! `Patient.Identifiers`. The exceptions are objects that either are or aren't, as a
//! provider who isn't known: `null`; and `Patient.PreviousIdentifiers`, which only a merge has.
//!
//! `Meta` is not here: who told what, and when, is the host's to say.
//!
//! All of these may hold a patient's data, so their `Debug` shows no more than their name.

mod order;
mod patient;
mod results;
mod scheduling;
mod visit;

pub use order::{ClinicalInfo, Diagnosis, Order, OrderDetails};
pub use patient::{Contact, Demographics, Identifier, Patient, PatientAdmin};
pub use results::{Observation, ReferenceRange, ResultOrder, Results};
pub use scheduling::{AppointmentInfo, Scheduling};
pub use visit::{Location, Provider, Visit};

/// Declares types of a model: fields in the models' own spelling, all with defaults, and a
/// `Debug` that shows nothing.
macro_rules! model {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "PascalCase", default)]
            pub struct $name { $($(#[$meta])* pub $field: $type,)* }

            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(concat!(stringify!($name), "(…)"))
                }
            }
        )*
    };
}
use model;

model! {
    /// A postal address.
    Address {
        /// All lines, separated by a comma.
        street_address: Option<String>,
        /// Town.
        city: Option<String>,
        /// State or region.
        state: Option<String>,
        /// Postal code.
        #[serde(rename = "ZIP")]
        zip: Option<String>,
        /// County or district.
        county: Option<String>,
        /// Country, as the EHR writes it.
        country: Option<String>,
    }

    /// Telephone numbers, as the EHR writes them.
    PhoneNumber {
        /// At home.
        home: Option<String>,
        /// At work.
        office: Option<String>,
        /// In the pocket.
        mobile: Option<String>,
    }

    /// A coded concept.
    Code {
        /// The code.
        code: Option<String>,
        /// The code system: a name or a URI.
        codeset: Option<String>,
        /// What it means, for people.
        description: Option<String>,
    }
}
