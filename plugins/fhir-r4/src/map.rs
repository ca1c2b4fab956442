//! From FHIR's pieces to those of the payloads.

pub(crate) mod code;
pub(crate) mod contact;
pub(crate) mod patient;
pub(crate) mod place;
pub(crate) mod provider;
