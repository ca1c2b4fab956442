//! A change, mapped by the candidate as well.

use std::sync::Arc;

use super::{Comparer, SHAPES, ended, verdict};
use crate::{
    connector::{Fault, Guest, Limit, Request, Step},
    egress::Response,
    model::Change,
    shadow::{
        Difference, Kind,
        handle::{Collected, Job},
        outcome::{self, Outcome},
        requests::as_sent,
        tally::{Verdict, key},
    },
};

/// What a candidate made of a change.
enum Made {
    Settled(Step),
    AsksMore(Request),
}

impl Comparer {
    /// Collects a change as the one in service did, from what that one was answered.
    pub(super) async fn collected(&mut self, job: &Job, it: &Collected) -> Result<Verdict, Fault> {
        let own = job.candidate.own().take(key(&it.context.task, &it.change));
        let change = own.as_ref().unwrap_or(&it.change);
        let steps = job.candidate.connector.limits().collect_steps;
        let guest = self.guest(job, &it.context).await?;
        match (&it.settled, collect(guest, steps, change, it).await) {
            (_, Ok(Made::AsksMore(request))) => Ok(asks_more(job, request)),
            (Ok(old), Ok(Made::Settled(new))) => Ok(verdict(differences(old, &new))),
            (old, new) => ended(old.as_ref().err(), new.err()),
        }
    }
}

async fn collect(
    guest: &mut Guest,
    limit: usize,
    change: &Change,
    it: &Collected,
) -> Result<Made, Fault> {
    let mut given: Vec<Arc<Response>> = Vec::new();
    for _ in 0..=limit {
        let requests = match guest.collect(change, it.memo.as_deref(), &given).await? {
            Step::Fetch(requests) => requests,
            step => return Ok(Made::Settled(step)),
        };
        for request in requests {
            let at = it.asked.iter().position(|asked| *asked == request);
            match at.and_then(|at| it.collected.get(at)) {
                Some(answer) => given.push(Arc::clone(answer)),
                None => return Ok(Made::AsksMore(request)),
            }
        }
    }
    Err(Fault::Limit(Limit::CollectSteps(limit)))
}

fn asks_more(job: &Job, request: Request) -> Verdict {
    let client = job.way.declaring(job.candidate.connector.requests());
    let shown = SHAPES.request(&client, &as_sent(request)).unwrap_or_else(|refusal| refusal);
    Verdict::Different(vec![Difference::new(Kind::AsksMore, "", "nothing", shown)])
}

fn differences(old: &Step, new: &Step) -> Vec<Difference> {
    match (settled(old), settled(new)) {
        (Some(old), Some(new)) => outcome::differences(SHAPES, "", old, new),
        _ => Vec::new(),
    }
}

fn settled(step: &Step) -> Option<Outcome<'_>> {
    match step {
        Step::Fetch(_) => None,
        Step::Notify { event, payload, memo } => {
            Some(Outcome::Told { event, payload, memo: memo.as_deref() })
        }
        Step::Skip { reason, memo } => Some(Outcome::Skipped { reason, memo: memo.as_deref() }),
    }
}
