//! Answers that tasks keep, asked of the host or of the store that it left.

use serde_json::Value;

use super::{Keeper, audited};
use crate::{
    admin::{self, Buried},
    audit::{Event, Outcome, Subject, What, Who},
    cli::exit::Error,
    clock::{Clock, System},
    model::TaskId,
    store::{self, Store},
};

impl Keeper {
    /// All of an answer that a task keeps.
    pub(in crate::cli) async fn answer(&self, task: &TaskId) -> Result<Value, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.answer(task).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let answer = store.task(task)?.answer.ok_or_else(|| nothing(task))?;
        let event = Event::asked(&Who::myself(), What::ShowAnswer, Subject::of(task));
        audit.append(&event.became(Outcome::Done, None))?;
        Ok(admin::answer(task, &answer))
    }

    /// Makes a dead letter of it.
    pub(in crate::cli) async fn bury_answer(&self, task: &TaskId) -> Result<Buried, Error> {
        let (store, audit) = match self {
            Self::Host(client) => return Ok(client.bury_answer(task).await?),
            Self::Store(store, audit) => (store, audit),
        };
        let asked = Event::asked(&Who::myself(), What::BuryAnswer, Subject::of(task));
        let doing = async {
            let letter = store.bury_answer(task, store::BURIED.into(), System.now()).await?;
            Ok(Buried { container: letter.ok_or_else(|| nothing(task))? })
        };
        audited(audit, asked, doing, |_| None).await
    }
}

fn nothing(task: &TaskId) -> Error {
    Error::Wrong(admin::no_answer(task))
}
