//! Results.

use super::{Code, Patient, Provider, Visit, model};

model! {
    /// The `data` of `Results.*`.
    Results {
        /// Whose they are.
        patient: Patient,
        /// The visit that they belong to; `null` where the EHR names none.
        visit: Option<Visit>,
        /// The orders that they answer: one a report.
        orders: Vec<ResultOrder>,
    }

    /// An order, and what came of it.
    ResultOrder {
        /// The order's identifier, or the report's where no order is named.
        #[serde(rename = "ID")]
        id: Option<String>,
        /// The report's identifier in the laboratory or department.
        #[serde(rename = "ApplicationOrderID")]
        application_order_id: Option<String>,
        /// When it was reported, RFC 3339.
        transaction_date_time: Option<String>,
        /// When the sample was taken or the patient examined, RFC 3339.
        collection_date_time: Option<String>,
        /// When it was finished, RFC 3339.
        completion_date_time: Option<String>,
        /// The report's status, as the EHR words it.
        results_status: Option<String>,
        /// The order's own status.
        status: Option<String>,
        /// What was done.
        procedure: Code,
        /// Who ordered or answers for it.
        provider: Option<Provider>,
        /// Free text, as a conclusion.
        notes: Vec<String>,
        /// The values.
        results: Vec<Observation>,
    }

    /// One value.
    Observation {
        /// The code.
        code: Option<String>,
        /// The code system.
        codeset: Option<String>,
        /// What it means, for people.
        description: Option<String>,
        /// The value, digit for digit as the EHR writes it; `null` where it has none.
        value: Option<String>,
        /// `Numeric`, `String`, `Coded Entry` or `DateTime`.
        value_type: Option<String>,
        /// Its unit.
        units: Option<String>,
        /// When it was observed, RFC 3339.
        date_time: Option<String>,
        /// As `High`, or the EHR's code.
        abnormal_flag: Option<String>,
        /// As the EHR words it.
        status: Option<String>,
        /// Who observed it.
        performer: Option<Provider>,
        /// What is usual.
        reference_range: ReferenceRange,
        /// How it was observed.
        observation_method: Option<String>,
        /// Free text.
        notes: Vec<String>,
    }

    /// What is usual for a value.
    ReferenceRange {
        /// The lower end.
        low: Option<serde_json::Number>,
        /// The upper end.
        high: Option<serde_json::Number>,
        /// In words.
        text: Option<String>,
    }
}
