//! Listings that are held for a person, asked of the host or of the store that it left.

use super::{Keeper, audited};
use crate::{
    admin::{self, Decided},
    audit::{Event, Subject, What, Who},
    cli::exit::Error,
    model::TaskId,
    store::Store,
};

impl Keeper {
    /// Has what is missing in a task's listing told as gone, or the listing read anew.
    pub(in crate::cli) async fn decide_listing(
        &self,
        task: &TaskId,
        accept: bool,
    ) -> Result<Decided, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.decide_listing(task, accept).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let asked = Event::asked(&Who::myself(), What::deciding(accept), Subject::of(task));
        let doing = async {
            let held = store.task(task)?.listing.held;
            let is_decided = store.decide_listing(task, accept).await?;
            let held = held.filter(|_| is_decided).ok_or_else(|| nothing(task))?;
            Ok(Decided::of(held, accept))
        };
        audited(audit, asked, doing, |decided| Some(decided.gone)).await
    }
}

fn nothing(task: &TaskId) -> Error {
    Error::Failed(anyhow::Error::msg(admin::no_held_listing(task)))
}
