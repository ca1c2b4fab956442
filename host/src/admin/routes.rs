//! The routes of the admin API, each for those who may.

mod answer;
mod listing;

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::{Path, Request, State, rejection::JsonRejection},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{
    body::{Cursor, NewCursor, NewPurge, Purged, Replay, Replayed},
    caller::Caller,
    dead, delivered,
    large::Large,
    reply::{Refused, Reply},
    shown,
};
use crate::{
    audit::{Audit, Event, Outcome, Subject, What},
    config::admin::Right,
    host::Handle,
    model::{ContainerId, TaskId},
    status::Report,
    store::{self, Keys, Rotated},
};

/// Names told to someone who asked for a task that is not there.
const NAMED: usize = 20;
/// The route that asks for no token.
pub(super) const HEALTH: &str = "/healthz";

/// What the routes work with.
#[derive(Clone)]
pub(super) struct Admin {
    pub(super) handle: Handle,
    pub(super) audit: Audit,
    /// Sorted.
    tasks: Arc<[TaskId]>,
    /// Whose turn it is to look through the store.
    looking: Arc<Semaphore>,
    /// Whose turn it is to be answered at length.
    pub(super) large: Large,
}

pub(super) type Body<T> = Result<Json<T>, JsonRejection>;
pub(super) type By = Extension<Caller>;
type Names = Path<(String, String)>;

impl Admin {
    pub(super) fn new(handle: Handle, audit: Audit, mut tasks: Vec<TaskId>) -> Self {
        tasks.sort();
        let looking = Arc::new(Semaphore::new(1));
        Self { handle, audit, tasks: tasks.into(), looking, large: Large::new() }
    }

    /// Looks through the store, which may take a while: one at a time, and beside the threads that
    /// poll and deliver.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Handle) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Refused> {
        let turn = Arc::clone(&self.looking).acquire_owned().await;
        let handle = self.handle.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            look(&handle)
        });
        let stops = |_| Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the host stops");
        Ok(looked.await.map_err(stops)??)
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

    /// Does what somebody asked for: noted before, and its outcome before it is told.
    pub(super) async fn audited<T>(
        &self,
        asked: Event,
        doing: impl Future<Output = Result<(T, Option<u64>), Refused>>,
    ) -> Result<T, Refused> {
        self.audit.note(asked.clone()).await?;
        let done = doing.await;
        let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
        let count = done.as_ref().ok().and_then(|(_, count)| *count);
        self.audit.note(asked.became(outcome, count)).await?;
        done.map(|(done, _)| done)
    }

    /// Whether somebody may have what the audit log calls so; that they may not is in it.
    pub(super) async fn allow(
        &self,
        caller: &Caller,
        right: Right,
        what: &'static str,
    ) -> Result<(), Refused> {
        if caller.may(right) {
            return Ok(());
        }
        let event = Event::asked(&caller.who().await, What::Reach, Subject::of(what));
        self.audit.note(event.became(Outcome::Denied, None)).await?;
        let (role, roles) = (caller.role().as_str(), right.roles());
        Err(Refused::new(StatusCode::FORBIDDEN, format!("this takes the role {roles}, not {role}")))
    }

    /// A route for those who have a right, with what the audit log calls it.
    fn only(
        &self,
        right: Right,
        what: &'static str,
        route: MethodRouter<Self>,
    ) -> MethodRouter<Self> {
        route.route_layer(middleware::from_fn_with_state((self.clone(), right, what), only))
    }
}

async fn only(
    State((admin, right, what)): State<(Admin, Right, &'static str)>,
    Extension(caller): By,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    admin.allow(&caller, right, what).await?;
    Ok(next.run(request).await)
}

pub(super) fn router(admin: Admin) -> Router {
    let only = |right, what, route| admin.only(right, what, route);
    // The host's own client knows GET and POST only, so the cursor is set by either verb.
    let a_cursor = get(cursor).put(set_cursor).post(set_cursor);
    Router::new()
        .route(HEALTH, get(health))
        .route("/v1/status", only(Right::View, "the status", get(status)))
        .route("/v1/dead", only(Right::View, "the dead letters", get(dead::list)))
        .route("/v1/dead/replay", only(Right::Operate, "replaying", post(replay)))
        .route("/v1/keys", only(Right::Rule, "the keys", get(keys)))
        .route("/v1/keys/rotate", only(Right::Rule, "rotating keys", post(rotate_keys)))
        .route(
            "/v1/dead/{container}",
            only(Right::Read, "a dead letter's contents", get(show_dead)),
        )
        .route("/v1/delivered", only(Right::View, "receipts", post(delivered::list)))
        .route(
            "/v1/delivered/{notification}",
            only(Right::Read, "what was delivered", get(delivered::show)),
        )
        .route("/v1/tasks/{connection}/{action}/cursor", only(Right::Operate, "a cursor", a_cursor))
        .route(
            "/v1/tasks/{connection}/{action}/poll",
            only(Right::Operate, "a poll by hand", post(poll)),
        )
        .route(
            "/v1/tasks/{connection}/{action}/answer",
            only(Right::Read, "an answer's contents", get(answer::show)),
        )
        .route(
            "/v1/tasks/{connection}/{action}/answer/bury",
            only(Right::Operate, "burying an answer", post(answer::bury)),
        )
        .route(
            "/v1/tasks/{connection}/{action}/listing",
            only(Right::Operate, "deciding of a listing", post(listing::decide)),
        )
        .route("/v1/purge", only(Right::Rule, "purging", post(purge)))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(admin)
}

async fn health(State(admin): State<Admin>) -> Response {
    match admin.handle.report().store {
        None => Json(json!({ "ok": true })).into_response(),
        // Anybody may ask this, so it says no more.
        Some(_) => {
            let why = "the store takes nothing; the log and /v1/status say why";
            Refused::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}

async fn status(State(admin): State<Admin>) -> Reply<Report> {
    Ok(Json(admin.look(|handle| Ok(handle.report())).await?))
}

async fn replay(
    State(admin): State<Admin>,
    Extension(caller): By,
    body: Body<Replay>,
) -> Reply<Replayed> {
    let Json(replay) = body?;
    let containers = replay.choose(&admin.look(Handle::dead).await?)?;
    let asked = Event::asked(&caller.who().await, What::Replay, shown::containers(&containers));
    let doing = async {
        let replayed = admin.handle.replay(&containers).await?;
        Ok((Json(Replayed { replayed }), Some(replayed as u64)))
    };
    admin.audited(asked, doing).await
}

async fn show_dead(
    State(admin): State<Admin>,
    Extension(caller): By,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let nowhere = || Refused::new(StatusCode::NOT_FOUND, format!("{id} is no dead letter"));
    let container = ContainerId(id.parse().map_err(|_| nowhere())?);
    let turn = admin.large.turn().await?;
    let letter = admin.look(move |handle| handle.dead_letter(container)).await?;
    let container = letter.ok_or_else(nowhere)?;
    let of = Subject::record(&container.task, &container.change.id);
    let event = Event::asked(&caller.who().await, What::ShowDead, of);
    admin.audit.note(event.became(Outcome::Done, None)).await?;
    turn.answer(&shown::dead(&container))
}

async fn keys(State(admin): State<Admin>) -> Reply<Keys> {
    Ok(Json(admin.handle.keys().await?))
}

async fn rotate_keys(State(admin): State<Admin>, Extension(caller): By) -> Reply<Rotated> {
    let asked = Event::asked(&caller.who().await, What::RotateKey, Subject::default());
    let doing = async { Ok((Json(admin.handle.rotate_keys().await?), None)) };
    admin.audited(asked, doing).await
}

async fn cursor(State(admin): State<Admin>, names: Names) -> Reply<Cursor> {
    let state = admin.handle.task(&admin.task(names)?)?;
    Ok(Json(Cursor { cursor: state.cursor, revision: state.revision }))
}

async fn set_cursor(
    State(admin): State<Admin>,
    Extension(caller): By,
    names: Names,
    body: Body<NewCursor>,
) -> Reply<Cursor> {
    let task = admin.task(names)?;
    let Json(NewCursor { cursor }) = body?;
    let asked = Event::asked(&caller.who().await, What::SetCursor, Subject::of(&task));
    let doing = async {
        let revision = admin.handle.set_cursor(&task, cursor.clone()).await?;
        Ok((Json(Cursor { cursor, revision }), None))
    };
    admin.audited(asked, doing).await
}

async fn poll(
    State(admin): State<Admin>,
    Extension(caller): By,
    names: Names,
) -> Result<Response, Refused> {
    let task = admin.task(names)?;
    if !admin.handle.is_enabled(&task) {
        return Err(Refused::new(StatusCode::CONFLICT, format!("{task} is not enabled")));
    }
    // That it is asked for is all that is done here: the task polls in its own time.
    let event = Event::asked(&caller.who().await, What::Poll, Subject::of(&task));
    admin.audit.note(event.became(Outcome::Done, None)).await?;
    admin.handle.poll(task);
    Ok((StatusCode::ACCEPTED, Json(json!({ "asked": true }))).into_response())
}

async fn purge(
    State(admin): State<Admin>,
    Extension(caller): By,
    body: Body<NewPurge>,
) -> Reply<Purged> {
    let Json(NewPurge { what, yes }) = body?;
    let purge = what.purge();
    if !yes {
        return Ok(Json(Purged::of(false, admin.handle.held(&purge).await?)));
    }
    let asked = Event::asked(&caller.who().await, What::Purge, what.subject());
    let doing = async {
        let purged = Purged::of(true, admin.handle.purge(&purge).await?);
        Ok((Json(purged), Some(purged.count())))
    };
    admin.audited(asked, doing).await
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
