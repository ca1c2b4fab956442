//! What was delivered: receipts for everybody who may look, contents for those who may read.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    body::Wanted,
    reply::Refused,
    routes::{Admin, Body, By},
};
use crate::{
    audit::{Event, Outcome, Subject, What, Who},
    config::admin::Right,
    model::NotificationId,
    store::{Sought, Taken},
};

/// Receipts in one answer, where nobody said how many.
const USUAL: usize = 100;
/// And the most.
const MOST: usize = 10_000;

/// Which receipts to list: the newest of those of which all of this is true.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seek {
    /// Of a connection, or of a record or key, which only those may ask who may read.
    pub of: Option<Wanted>,
    /// Of this destination.
    pub destination: Option<String>,
    /// Delivered then or later.
    pub since: Option<Timestamp>,
    /// So many, at most 10,000.
    pub limit: usize,
}

impl Default for Seek {
    fn default() -> Self {
        Self { of: None, destination: None, since: None, limit: USUAL }
    }
}

impl Seek {
    /// As the store is asked.
    pub fn sought(&self) -> Sought {
        Sought {
            of: self.of.as_ref().map(Wanted::purge),
            notification: None,
            destination: self.destination.as_deref().map(Into::into),
            since: self.since,
        }
    }

    /// How many, if that is not too many.
    ///
    /// # Errors
    /// What to ask instead.
    pub fn limit(&self) -> Result<usize, String> {
        match self.limit {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(format!("ask for 1 to {MOST} at a time; `since` asks for fewer")),
        }
    }

    /// The patient whom somebody looks for, if so.
    pub(crate) fn patient(&self) -> Option<&Wanted> {
        self.of.as_ref().filter(|of| of.is_of_a_patient())
    }
}

/// What the audit log has of somebody who looks for a patient.
pub(crate) fn sought_by(who: &Who, patient: &Wanted) -> Event {
    Event::asked(who, What::FindDelivered, patient.subject()).became(Outcome::Done, None)
}

/// What the audit log has of somebody who sees what was sent.
pub(crate) fn shown_to(who: &Who, id: &NotificationId, sent: &[Taken]) -> Event {
    let task = sent.first().map(|taken| format!(" of {}", taken.receipt.task));
    let of = Subject::of(format_args!("{id}{}", task.unwrap_or_default()));
    Event::asked(who, What::ShowDelivered, of).became(Outcome::Done, None)
}

/// Each time that a destination took a notification, with what was sent where that is kept.
pub(crate) fn sent(sent: &[Taken]) -> Value {
    let body = |taken: &Taken| Some(serde_json::from_slice::<Value>(taken.body.as_ref()?).ok());
    sent.iter().map(|taken| json!({ "receipt": taken.receipt, "body": body(taken) })).collect()
}

/// Why there is nothing to show.
pub(crate) fn nothing_of(id: &NotificationId) -> String {
    format!("nothing says that {id} was delivered: it was not, or that is forgotten")
}

pub(super) async fn list(
    State(admin): State<Admin>,
    Extension(caller): By,
    body: Body<Seek>,
) -> Result<Response, Refused> {
    let Json(seek) = body?;
    let limit = seek.limit().map_err(|why| Refused::new(StatusCode::UNPROCESSABLE_ENTITY, why))?;
    if let Some(patient) = seek.patient() {
        admin.allow(&caller, Right::Read, "what was delivered of a patient").await?;
        admin.audit.note(sought_by(&caller.who().await, patient)).await?;
    }
    let (sought, turn) = (seek.sought(), admin.large.turn().await?);
    turn.answer(&admin.look(move |handle| handle.delivered(&sought, limit)).await?)
}

pub(super) async fn show(
    State(admin): State<Admin>,
    Extension(caller): By,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id = NotificationId(id);
    let asked = id.clone();
    let turn = admin.large.turn().await?;
    let found = admin.look(move |handle| handle.sent(&asked)).await?;
    if found.is_empty() {
        return Err(Refused::new(StatusCode::NOT_FOUND, nothing_of(&id)));
    }
    admin.audit.note(shown_to(&caller.who().await, &id, &found)).await?;
    turn.answer(&sent(&found))
}
