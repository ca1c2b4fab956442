//! Who is to blame for a container that could not be collected: a connector on trial, or what it
//! was given.

use super::{Options, job::Job, policy::Trouble};
use crate::{
    connector::{Connector, Guest, Mode, Step},
    egress,
    poll::{Blame, blame},
    store,
};

impl Trouble {
    fn blame(&self) -> Blame {
        match self {
            Self::Fault(fault) => blame(fault),
            Self::Egress(error) if matches!(**error, egress::Error::Refused { .. }) => {
                Blame::Connector
            }
            Self::Egress(_) | Self::Store(_) => Blame::Other,
        }
    }
}

/// Whether the container is to be collected again at once, with what is in service by now.
pub(super) async fn judge(
    options: &Options,
    job: &Job,
    trouble: &Trouble,
) -> Result<bool, store::Error> {
    let (service, task) = (&options.connection.service, &job.container.task);
    let blame = trouble.blame();
    if blame == Blame::Other {
        return Ok(false);
    }
    if !service.is_current(&job.serving) {
        return Ok(true);
    }
    let Some(trial) = service.on_trial(task, &job.serving) else { return Ok(false) };
    let fails_as_well = fails(options, &trial.previous, job).await;
    // What the one on trial made, the other need not understand.
    let made = service.is_made_on_trial(task, job.container.id);
    let fails_as_well = fails_as_well.filter(|fails| !fails || !made);
    let is_guilty = trial.is_guilty(fails_as_well, blame == Blame::Connector);
    if is_guilty {
        service.roll_back(&job.serving, &*options.store, &trouble.to_string()).await?;
    }
    Ok(is_guilty)
}

/// Whether another connector fails at the same answers; `None` where it would have asked
/// something else.
async fn fails(options: &Options, other: &Connector, job: &Job) -> Option<bool> {
    // The collector holds guests of its own, so it waits for none.
    if !other.has_room() {
        return None;
    }
    let (task, began) = (&job.container.task, job.container.observed_at);
    let context = options.connection.context(task, began, began, Mode::default());
    let mut guest = Guest::new(other, &context, false).await.ok()?;
    let mut asked = 0;
    loop {
        let collected = job.collected.get(..asked)?;
        let step = guest.collect(&job.container.change, job.memo.as_deref(), collected).await;
        match step {
            Ok(Step::Fetch(requests)) if job.asked.get(asked..)?.starts_with(&requests) => {
                asked += requests.len();
            }
            Ok(Step::Fetch(_)) => return None,
            Ok(_) => return Some(false),
            Err(_) => return Some(true),
        }
    }
}
