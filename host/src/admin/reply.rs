//! Answers of the admin API: JSON, errors included.

use axum::{
    Json,
    extract::rejection::JsonRejection,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::body::{Refusal, ReplayError};
use crate::{audit, store};

/// What a route answers.
pub(super) type Reply<T> = Result<Json<T>, Refused>;

/// Why a request was not done, with the status that says so.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Refused {
    status: StatusCode,
    why: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into() }
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        let status = match error {
            store::Error::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<audit::Error> for Refused {
    fn from(error: audit::Error) -> Self {
        let cause = std::error::Error::source(&error);
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        let why = format!("nothing goes unnoted, and {error}{cause}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, why)
    }
}

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<ReplayError> for Refused {
    fn from(error: ReplayError) -> Self {
        let status = match error {
            ReplayError::Unclear => StatusCode::UNPROCESSABLE_ENTITY,
            ReplayError::NotDead(_) => StatusCode::NOT_FOUND,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let refusal = (self.status, Json(Refusal { error: self.why }));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                ([(header::WWW_AUTHENTICATE, "Bearer")], refusal).into_response()
            }
            _ => refusal.into_response(),
        }
    }
}
