//! All dead letters, however many there are: read and written page by page, as fast as the client
//! reads, so that one which does not read holds a page of them in memory and no more.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::to_string;

use super::{
    line::{Peer, Work},
    reply::Refused,
    routes::Admin,
};
use crate::{model::ContainerId, store::DeadLetter};

/// Containers in a page: some 16 KiB, and far more where they say as much as they can.
const PAGE: usize = 50;

/// The rest of a list that was begun.
struct Rest {
    admin: Admin,
    work: Work,
    /// Where the next page begins; `None` where the list has ended.
    next: Option<ContainerId>,
}

impl Admin {
    async fn dead_from(&self, first: ContainerId) -> Result<Vec<DeadLetter>, Refused> {
        self.look(move |handle| handle.dead_from(first, PAGE)).await
    }
}

impl Rest {
    /// The next page, as it stands behind those before; the last one ends the list.
    async fn page(mut self) -> Result<Option<(Bytes, Self)>, Refused> {
        let Some(first) = self.next else { return Ok(None) };
        let letters = {
            // Who waits for that is not late.
            let _doing = self.work.begin();
            self.admin.dead_from(first).await?
        };
        self.next = behind(&letters);
        let page = match self.next {
            Some(_) => format!(",{}", bare(&letters)?),
            None => "]".to_owned(),
        };
        Ok(Some((page.into(), self)))
    }
}

pub(super) async fn list(
    State(admin): State<Admin>,
    ConnectInfo(peer): ConnectInfo<Peer>,
) -> Result<Response, Refused> {
    let letters = admin.dead_from(ContainerId(0)).await?;
    if letters.len() < PAGE {
        return Ok(Json(letters).into_response());
    }
    let first = Bytes::from(format!("[{}", bare(&letters)?));
    let rest = Rest { admin, work: peer.work, next: behind(&letters) };
    // What fails from here on breaks the answer off: it is whole or none.
    let pages = stream::try_unfold((Some(first), rest), async |(first, rest)| match first {
        Some(first) => Ok(Some((first, (None, rest)))),
        None => Ok::<_, Refused>(rest.page().await?.map(|(page, rest)| (page, (None, rest)))),
    });
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(pages)).into_response())
}

fn behind(letters: &[DeadLetter]) -> Option<ContainerId> {
    letters.last().map(|last| ContainerId(last.container.0.saturating_add(1)))
}

/// Letters as a list without its brackets.
fn bare(letters: &[DeadLetter]) -> Result<String, Refused> {
    let unwritten =
        |_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the list cannot be written");
    let list = to_string(letters).map_err(unwritten)?;
    Ok(list.trim_start_matches('[').trim_end_matches(']').to_owned())
}
