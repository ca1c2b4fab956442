//! The EHR's answer: asked for, or on disk from before. Where reading takes changes off the EHR's
//! list, an answer is kept until it is committed, or until it is known to hold none.

use super::{Error, Poller, Progress};
use crate::{
    clock,
    connector::{Detection, Failure, Fault, Guest},
    egress,
    store::KeptAnswer,
};

impl Poller {
    /// The EHR's answer; where reading consumes, it is on disk before it is parsed, and one that
    /// is there from before a crash is not asked for again.
    pub(super) async fn answer(
        &self,
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
    ) -> Result<egress::Response, Error> {
        if let Some(kept) = progress.state.answer.take() {
            let answer = restored(client, kept).await;
            progress.evidence.answered(&answer, true);
            return Ok(answer);
        }
        let request = guest.poll(progress.cursor.as_deref()).await?;
        progress.evidence.asked(&request);
        let request = request.into();
        let consumes = self.detection_of(&progress.serving) == Detection::ConsumingFeed;
        let answer = match consumes {
            true => self.consume(client, &request).await?,
            false => ask(client, &request).await?,
        };
        if let Some(at) = answer.given_at().filter(|_| progress.ehr_at.is_none()) {
            let since = clock::until(progress.steady, self.clock.steady());
            progress.ehr_at = Some(clock::before(at, since));
        }
        progress.evidence.answered(&answer, consumes);
        Ok(answer)
    }

    async fn consume(
        &self,
        client: &egress::Client,
        request: &egress::Request,
    ) -> Result<egress::Response, Error> {
        // What was read off the EHR's list could not be asked for again.
        let client = client.with_room(client.longest_answer()).await;
        self.store.keep(&self.task, None).await?;
        let answer = client.send_once(request).await?;
        self.store.keep(&self.task, Some(kept(&answer))).await?;
        Ok(answer)
    }

    /// Forgets a kept answer that held no changes, or nothing else would ever be asked for. What
    /// its connector cannot read is kept for one that can, or until a person buries it.
    pub(super) async fn let_go(&self, error: Error, progress: &Progress) -> Error {
        let Some(answer) = progress.evidence.kept() else { return error };
        match error {
            Error::Fault(fault) if is_empty(answer.status, &fault) => {
                let forgotten = self.store.keep(&self.task, None).await;
                forgotten.err().map_or(Error::Fault(fault), Error::Store)
            }
            Error::Fault(_) | Error::Stuck { .. } => {
                Error::Unread { task: self.task.clone(), why: Box::new(error) }
            }
            error => error,
        }
    }
}

/// Asks; where the host holds too much already, again once there is room for any answer.
async fn ask(
    client: &egress::Client,
    request: &egress::Request,
) -> Result<egress::Response, egress::Error> {
    match client.send(request).await {
        Err(error) if error.wants_room().is_some() => {
            client.with_room(client.longest_answer()).await.send(request).await
        }
        sent => sent,
    }
}

/// Whether an answer held no changes: by its status, or by the connector's account.
fn is_empty(status: u16, fault: &Fault) -> bool {
    let says_so = matches!(
        fault,
        Fault::Failure(
            Failure::Unauthorized(_)
                | Failure::Throttled(_)
                | Failure::Unavailable(_)
                | Failure::CursorLost(_)
        )
    );
    says_so || !(200..300).contains(&status)
}

fn kept(answer: &egress::Response) -> KeptAnswer {
    KeptAnswer {
        status: answer.status,
        headers: answer.headers.clone(),
        body: answer.body.to_vec(),
    }
}

async fn restored(client: &egress::Client, kept: KeptAnswer) -> egress::Response {
    let KeptAnswer { status, headers, body } = kept;
    egress::Response { status, headers, body: client.hold(body).await, retry_after: None }
}
