//! Appointments.

use super::{Patient, Visit, model};

model! {
    /// The `data` of `Scheduling.*`.
    Scheduling {
        /// Who comes; without identifiers where a slot is held or blocked.
        patient: Patient,
        /// The appointment itself.
        visit: Visit,
        /// What else the EHR says of it, as its service type.
        appointment_info: Vec<AppointmentInfo>,
    }

    /// Something said of an appointment.
    AppointmentInfo {
        /// The code.
        code: Option<String>,
        /// The code system.
        codeset: Option<String>,
        /// What it means, for people.
        description: Option<String>,
        /// A value, where it has one.
        value: Option<String>,
    }
}
