//! Who is to blame for a container that could not be collected: a connector on trial, or what it
//! was given.
//!
//! The one before is asked about the same answers. Where it cannot say, as it asks something else or
//! does not understand a change that the new one made, one record proves nothing: several do.

use super::{Options, job::Job, policy::Trouble, witness};
use crate::{
    connector::Connector,
    egress, identity,
    model::ContainerId,
    poll::{Blame, blame},
    service::{Suspect, Testimony, Trial, Verdict},
    store,
};

/// So many containers are looked at for others of a task.
const LOOKED_AT: u64 = 64;

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

/// What is known at once of who is to blame.
pub(super) enum First {
    /// Whether the container is to be collected again at once, with what is in service by now.
    Settled(bool),
    /// The one before is to be asked.
    OnTrial(Box<Trial>),
}

pub(super) fn first(options: &Options, job: &Job, trouble: &Trouble) -> First {
    let service = &options.connection.service;
    if trouble.blame() == Blame::Other {
        return First::Settled(false);
    }
    if !service.is_current(&job.serving) {
        return First::Settled(true);
    }
    match service.on_trial(&job.container.task, &job.serving) {
        Some(trial) => First::OnTrial(Box::new(trial)),
        None => First::Settled(false),
    }
}

/// Whether the container is to be collected again at once, with the one before. That one may ask
/// the EHR meanwhile: what is under way has to go on beside this.
pub(super) async fn judge(
    options: &Options,
    trial: &Trial,
    job: &Job,
    trouble: &Trouble,
) -> Result<bool, store::Error> {
    let (service, task) = (&options.connection.service, &job.container.task);
    let testimony = witness::testimony(options, trial, job).await;
    let mut is_guilty = match testimony.verdict(trouble.blame()) {
        Verdict::Guilty => true,
        Verdict::Innocent => false,
        // It can read what it made, so what it cannot read is of the EHR.
        Verdict::Suspected if testimony == Testimony::Strange && service.has_collected(task) => {
            false
        }
        Verdict::Suspected => suspect(options, job),
    };
    if !is_guilty && testimony == Testimony::Strange {
        is_guilty = others(options, trial, job).await?;
    }
    if is_guilty {
        service.roll_back(&job.serving, &*options.store, &trouble.to_string()).await?;
    }
    Ok(is_guilty)
}

/// Whether this record, with those before, is proof.
fn suspect(options: &Options, job: &Job) -> bool {
    let task = &job.container.task;
    let record = identity::record(task, &job.container.change.id);
    let suspect = Suspect::new(record, job.heard().map(|(asked, answer)| (asked, &**answer)));
    suspect.is_some_and(|it| options.connection.service.suspect(task, &job.serving, it))
}

/// Whether what waits beside it is proof: changes that the one on trial made, and does not begin to
/// collect. Where either of the two can, this one record is odd.
async fn others(options: &Options, trial: &Trial, job: &Job) -> Result<bool, store::Error> {
    let service = &options.connection.service;
    let (Some(from), false) = (trial.made_from, service.has_collected(&job.container.task)) else {
        return Ok(false);
    };
    for id in (from.0..).take(LOOKED_AT as usize).map(ContainerId) {
        let loaded = Job::load(&*options.store, id, job.serving.clone())?;
        let Some(other) = loaded.filter(|other| is_beside(job, other)) else { continue };
        let begin = async |connector: &Connector| witness::begins(options, connector, &other).await;
        if begin(&job.serving.connector).await != Some(false)
            || begin(&trial.previous).await != Some(false)
        {
            return Ok(false);
        }
        if suspect(options, &other) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether another container is of the same task and waits to be collected.
fn is_beside(job: &Job, other: &Job) -> bool {
    let (one, other) = (&job.container, &other.container);
    other.task == one.task && other.filled.is_none() && other.change.id != one.change.id
}
