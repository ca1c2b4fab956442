//! The route for a listing that is held for a person.

use axum::{Extension, Json, extract::State, http::StatusCode};

use super::{Admin, Body, By, Names, Refused, Reply, shown};
use crate::{
    admin::{Decided, body::Decision},
    audit::{Event, Subject, What},
};

pub(super) async fn decide(
    State(admin): State<Admin>,
    Extension(caller): By,
    names: Names,
    body: Body<Decision>,
) -> Reply<Decided> {
    let task = admin.task(names)?;
    let Json(Decision { accept }) = body?;
    let asked = Event::asked(&caller.who().await, What::deciding(accept), Subject::of(&task));
    let doing = async {
        let held = admin.handle.decide_listing(&task, accept).await?;
        let nothing = || Refused::new(StatusCode::CONFLICT, shown::no_held_listing(&task));
        let held = held.ok_or_else(nothing)?;
        Ok((Json(Decided::of(held, accept)), Some(held.gone)))
    };
    admin.audited(asked, doing).await
}
