//! What the connector before makes of a container that the one on trial could not collect. It is
//! shown the same answers, and asks the EHR itself for what else it wants to know.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{Options, job::Job};
use crate::{
    connector::{Connector, Fault, Guest, Request, Step},
    egress,
    service::{Testimony, Trial},
};

/// What it has asked and heard.
#[derive(Default)]
struct Heard {
    asked: Vec<Request>,
    answers: Vec<Arc<egress::Response>>,
}

pub(super) async fn testimony(options: &Options, trial: &Trial, job: &Job) -> Testimony {
    let witness = &trial.previous;
    let Some(mut guest) = guest(options, witness, job) else { return Testimony::Fails };
    let client = options.connection.client(witness);
    let mut heard = Heard::default();
    for _ in 0..=witness.limits().collect_steps {
        match step(&mut guest, job, &heard.answers).await {
            Ok(Step::Fetch(requests)) => {
                if heard.ask(&client, job, requests).await.is_err() {
                    return Testimony::Fails;
                }
            }
            Ok(_) if heard.has_all_of(job) => return Testimony::Reads,
            Ok(_) => return Testimony::Manages,
            Err(_) if heard.asked.is_empty() && is_made_by(trial, job) => {
                return Testimony::Strange;
            }
            Err(_) => return Testimony::Fails,
        }
    }
    Testimony::Fails
}

/// Whether a connector can begin to collect a container; `None` where there is no room for it now.
pub(super) async fn begins(options: &Options, connector: &Connector, job: &Job) -> Option<bool> {
    let mut guest = guest(options, connector, job)?;
    Some(step(&mut guest, job, &[]).await.is_ok())
}

/// The collector holds guests of its own, so nobody here waits for one.
fn guest(options: &Options, connector: &Connector, job: &Job) -> Option<Guest> {
    let (task, began) = (&job.container.task, job.container.observed_at);
    let context = options.connection.context(task, began, began, job.mode);
    Guest::new(connector, &context, false).now_or_never()?.ok()
}

async fn step(
    guest: &mut Guest,
    job: &Job,
    answers: &[Arc<egress::Response>],
) -> Result<Step, Fault> {
    guest.collect(&job.container.change, job.memo.as_deref(), answers).await
}

fn is_made_by(trial: &Trial, job: &Job) -> bool {
    trial.made_from.is_some_and(|from| job.container.id >= from)
}

impl Heard {
    /// Hears what the job has heard already, and of the EHR what is not among it.
    async fn ask(
        &mut self,
        client: &egress::Client,
        job: &Job,
        requests: Vec<Request>,
    ) -> Result<(), egress::Error> {
        for request in requests {
            let known = job.heard().find(|(asked, _)| **asked == request);
            let answer = match known {
                Some((_, answer)) => Arc::clone(answer),
                None => Arc::new(client.send(&request.clone().into()).await?),
            };
            self.asked.push(request);
            self.answers.push(answer);
        }
        Ok(())
    }

    fn has_all_of(&self, job: &Job) -> bool {
        job.heard().all(|(asked, _)| self.asked.contains(asked))
    }
}
