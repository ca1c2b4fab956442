//! The routes for an answer that a task keeps and cannot read.

use axum::{Extension, Json, extract::State, http::StatusCode};
use serde_json::Value;

use super::{Admin, By, Names, Refused, Reply, shown};
use crate::{
    admin::Buried,
    audit::{Event, Outcome, Subject, What},
    model::TaskId,
};

pub(super) async fn show(
    State(admin): State<Admin>,
    Extension(caller): By,
    names: Names,
) -> Reply<Value> {
    let task = admin.task(names)?;
    let wanted = task.clone();
    let state = admin.look(move |handle| handle.task(&wanted)).await?;
    let answer = state.answer.ok_or_else(|| nothing(&task))?;
    let event = Event::asked(&caller.who().await, What::ShowAnswer, Subject::of(&task));
    admin.audit.note(event.became(Outcome::Done, None)).await?;
    Ok(Json(shown::answer(&task, &answer)))
}

pub(super) async fn bury(
    State(admin): State<Admin>,
    Extension(caller): By,
    names: Names,
) -> Reply<Buried> {
    let task = admin.task(names)?;
    let asked = Event::asked(&caller.who().await, What::BuryAnswer, Subject::of(&task));
    let doing = async {
        let letter = admin.handle.bury_answer(&task).await?;
        let container = letter.ok_or_else(|| nothing(&task))?;
        Ok((Json(Buried { container }), None))
    };
    admin.audited(asked, doing).await
}

fn nothing(task: &TaskId) -> Refused {
    Refused::new(StatusCode::NOT_FOUND, shown::no_answer(task))
}
