//! The routes of the admin API.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use super::{
    body::{Cursor, NewCursor, Replay, Replayed},
    reply::{Refused, Reply},
};
use crate::{
    host::Handle,
    model::TaskId,
    status::Report,
    store::{DeadLetter, Rotated},
};

/// Names told to someone who asked for a task that is not there.
const NAMED: usize = 20;

/// What the routes work with.
#[derive(Clone)]
pub(super) struct Admin {
    handle: Handle,
    /// Sorted.
    tasks: Arc<[TaskId]>,
}

type Body<T> = Result<Json<T>, JsonRejection>;
type Names = Path<(String, String)>;

impl Admin {
    pub(super) fn new(handle: Handle, mut tasks: Vec<TaskId>) -> Self {
        tasks.sort();
        Self { handle, tasks: tasks.into() }
    }

    fn task(&self, Path((connection, action)): Names) -> Result<TaskId, Refused> {
        let task =
            TaskId { connection: connection.as_str().into(), action: action.as_str().into() };
        match self.tasks.binary_search(&task) {
            Ok(_) => Ok(task),
            Err(_) => Err(Refused::new(StatusCode::NOT_FOUND, self.unknown(&task))),
        }
    }

    fn unknown(&self, task: &TaskId) -> String {
        let named: Vec<_> = self.tasks.iter().take(NAMED).map(TaskId::to_string).collect();
        let more = match self.tasks.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!("there is no task {task}; there are: {}{more}", named.join(", "))
    }
}

pub(super) fn router(admin: Admin) -> Router {
    // The host's own client knows GET and POST only, so the cursor is set by either verb.
    Router::new()
        .route("/healthz", get(health))
        .route("/v1/status", get(status))
        .route("/v1/dead", get(dead))
        .route("/v1/dead/replay", post(replay))
        .route("/v1/keys/rotate", post(rotate_keys))
        .route(
            "/v1/tasks/{connection}/{action}/cursor",
            get(cursor).put(set_cursor).post(set_cursor),
        )
        .route("/v1/tasks/{connection}/{action}/poll", post(poll))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(admin)
}

async fn health(State(admin): State<Admin>) -> Response {
    match admin.handle.report().store {
        None => Json(json!({ "ok": true })).into_response(),
        Some(why) => Refused::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
    }
}

async fn status(State(admin): State<Admin>) -> Json<Report> {
    Json(admin.handle.report())
}

async fn dead(State(admin): State<Admin>) -> Reply<Vec<DeadLetter>> {
    Ok(Json(admin.handle.dead()?))
}

async fn replay(State(admin): State<Admin>, body: Body<Replay>) -> Reply<Replayed> {
    let Json(replay) = body?;
    let containers = replay.choose(&admin.handle.dead()?)?;
    Ok(Json(Replayed { replayed: admin.handle.replay(&containers).await? }))
}

async fn rotate_keys(State(admin): State<Admin>) -> Reply<Rotated> {
    Ok(Json(admin.handle.rotate_keys().await?))
}

async fn cursor(State(admin): State<Admin>, names: Names) -> Reply<Cursor> {
    let state = admin.handle.task(&admin.task(names)?)?;
    Ok(Json(Cursor { cursor: state.cursor, revision: state.revision }))
}

async fn set_cursor(
    State(admin): State<Admin>,
    names: Names,
    body: Body<NewCursor>,
) -> Reply<Cursor> {
    let task = admin.task(names)?;
    let Json(NewCursor { cursor }) = body?;
    let revision = admin.handle.set_cursor(&task, cursor.clone()).await?;
    Ok(Json(Cursor { cursor, revision }))
}

async fn poll(State(admin): State<Admin>, names: Names) -> Result<Response, Refused> {
    let task = admin.task(names)?;
    if !admin.handle.is_enabled(&task) {
        return Err(Refused::new(StatusCode::CONFLICT, format!("{task} is not enabled")));
    }
    admin.handle.poll(task);
    Ok((StatusCode::ACCEPTED, Json(json!({ "asked": true }))).into_response())
}

async fn nothing() -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        "nothing is here; GET /v1/status says how the host is doing",
    )
}

async fn wrong_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done with what is here")
}
