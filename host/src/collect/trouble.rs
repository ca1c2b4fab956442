//! What becomes of a container that could not be collected, and what that says of the EHR.

use futures_util::FutureExt;

use super::{
    Collector, Event,
    job::Job,
    policy::{self, Decision, Moment, Trouble},
    verdict::{self, First},
};
use crate::{
    breaker::{How, Turned},
    connector::Connector,
    model::ContainerId,
    repeated::Repeated,
    store,
};

impl Collector {
    /// A container could not be collected. Where that was a connector's fault which is not in
    /// service any more, or is not from now on, it is collected again with what is.
    pub(super) fn fault(&mut self, job: Job, trouble: Trouble) {
        // Also what is still on its way: nobody waits for that any more, and it would keep its turn.
        self.workshop.forget(&job);
        let trial = match verdict::first(&self.options, &job, &trouble) {
            First::Settled(again) => return self.judged(job, &trouble, Ok(again)),
            First::OnTrial(trial) => trial,
        };
        let options = self.options.clone();
        let judging = async move {
            let verdict = verdict::judge(&options, &trial, &job, &trouble).await;
            Event::Judged(job, trouble, verdict)
        };
        self.events.push(judging.boxed());
    }

    pub(super) fn judged(
        &mut self,
        mut job: Job,
        trouble: &Trouble,
        verdict: Result<bool, store::Error>,
    ) {
        match verdict {
            Ok(true) => {
                self.end(&mut job, How::Untold);
                self.lanes.again(job.container.id);
            }
            Ok(false) => self.trouble(&mut job, trouble),
            Err(error) => self.trouble(&mut job, &Trouble::Store(error)),
        }
    }

    /// Notes how the EHR did by a container that is over, or is begun anew.
    pub(super) fn end(&mut self, job: &mut Job, how: How) {
        let Some(pass) = job.pass.take() else { return };
        let (now, random) = (self.options.clock.steady(), self.options.clock.spread());
        let connection = &self.options.connection.config.name;
        match self.breaker.ended(pass, how, now, random) {
            Some(Turned::Open) => {
                tracing::warn!(%connection, "the EHR fails as a whole; one change at a time finds out whether it is back");
            }
            Some(Turned::Closed) => {
                self.outage = Repeated::default();
                tracing::info!(%connection, "the EHR is back");
            }
            None => {}
        }
    }

    pub(super) fn trouble(&mut self, job: &mut Job, trouble: &Trouble) {
        let id = job.container.id;
        // Of a line that is refused, each that comes is no news.
        let lanes = self.lanes.get_mut(id).map(|waiting| waiting.lanes);
        let is_refused = lanes.is_some_and(|lanes| self.failing.is_refused(lanes));
        let is_new = self.lanes.is_new(id) && !is_refused;
        self.end(job, trouble.how(is_new));
        let why = self.told(&job.serving.connector, trouble);
        let of = (&job.container.task, id);
        self.failing.failed(of, self.options.clock.now(), why.clone(), &self.options.status);
        self.act(id, trouble, &why);
    }

    /// Does what the policy says about a container that failed.
    pub(super) fn act(&mut self, id: ContainerId, trouble: &Trouble, why: &str) {
        let now = self.options.clock.steady();
        let moment = Moment {
            now,
            is_open: self.breaker.is_open(),
            open_for: self.breaker.open_for(now),
            collect_for: self.options.connection.config.collect_for,
            random: self.options.clock.spread(),
        };
        let Some(waiting) = self.lanes.get_mut(id) else { return };
        let (lanes, all) = (waiting.lanes, &self.failing);
        let begins = || Box::new(all.begins(lanes, now, moment.open_for));
        let failing = waiting.failing.get_or_insert_with(begins);
        let decision = policy::decide(trouble, failing, &moment);
        let repeated = match decision {
            Decision::WithAll => &mut self.outage,
            _ => &mut failing.repeated,
        };
        let is_worth_a_line = repeated.is_worth_a_line(why);
        self.tell(id, &decision, why, is_worth_a_line);
        match decision {
            Decision::Again(at) => self.lanes.hold(id, at),
            Decision::WithAll | Decision::LastTry => self.lanes.again(id),
            Decision::Bury(reason) => {
                self.options.store.bury(id, reason, self.options.clock.now());
                self.leave(id);
            }
        }
    }

    /// What fails again and again is not told each time.
    fn tell(
        &self,
        container: ContainerId,
        decision: &Decision,
        error: &str,
        is_worth_a_line: bool,
    ) {
        let connection = &self.options.connection.config.name;
        match decision {
            Decision::Again(at) if is_worth_a_line => {
                tracing::warn!(%connection, %container, not_before = %at, error, "could not be collected; will be tried again");
            }
            Decision::WithAll if is_worth_a_line => {
                tracing::warn!(%connection, %container, error, "could not be collected; will be tried again once the EHR is back");
            }
            Decision::Again(_) | Decision::WithAll => {
                tracing::debug!(%connection, %container, error, "could not be collected");
            }
            Decision::LastTry => {
                tracing::warn!(%connection, %container, error, "could not be collected; is tried once more without what the EHR refuses");
            }
            Decision::Bury(reason) => {
                tracing::error!(%connection, %container, reason, "could not be collected and became a dead letter; see `rounds dead list`");
            }
        }
    }

    fn told(&self, connector: &Connector, trouble: &Trouble) -> String {
        match trouble {
            Trouble::Fault(fault) if fault.is_the_connectors() => {
                self.options.connection.blame(connector, fault)
            }
            trouble => trouble.to_string(),
        }
    }
}
