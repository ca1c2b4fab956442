//! Orders.

use super::{Code, Patient, Provider, Visit, model};

model! {
    /// The `data` of `Order.*`.
    Order {
        /// Whom it is for.
        patient: Patient,
        /// The visit that it was placed in; `null` where the EHR names none.
        visit: Option<Visit>,
        /// The order itself.
        order: OrderDetails,
    }

    /// What is ordered.
    OrderDetails {
        /// What stays the same through all changes of an order.
        #[serde(rename = "ID")]
        id: Option<String>,
        /// As the EHR words it.
        status: Option<String>,
        /// When it was placed, RFC 3339.
        transaction_date_time: Option<String>,
        /// When it is to be done, RFC 3339.
        collection_date_time: Option<String>,
        /// When it ends, RFC 3339.
        expiration: Option<String>,
        /// As `routine` or `stat`.
        priority: Option<String>,
        /// What is to be done.
        procedure: Code,
        /// Who ordered it.
        provider: Option<Provider>,
        /// Why.
        diagnoses: Vec<Diagnosis>,
        /// What else is to be known.
        clinical_info: Vec<ClinicalInfo>,
        /// Free text.
        notes: Vec<String>,
        /// A remark for whoever carries it out.
        comments: Option<String>,
    }

    /// A reason for an order.
    Diagnosis {
        /// The code.
        code: Option<String>,
        /// The code system.
        codeset: Option<String>,
        /// What it means, for people.
        name: Option<String>,
        /// As `Working`.
        #[serde(rename = "Type")]
        kind: Option<String>,
    }

    /// A question that an order answers.
    ClinicalInfo {
        /// The code.
        code: Option<String>,
        /// The code system.
        codeset: Option<String>,
        /// What it means, for people.
        description: Option<String>,
        /// The answer.
        value: Option<String>,
        /// Its unit.
        units: Option<String>,
    }
}
