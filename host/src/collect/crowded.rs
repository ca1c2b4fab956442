//! Containers whose answers found no room in memory: each lets go of all that it holds, waits until
//! enough is set aside for it alone, and begins anew.

use futures_util::FutureExt;

use super::{Collector, Event, Trouble, job::Job};
use crate::{
    breaker::How,
    connector::{Connector, Fault, Limit},
    egress::Client,
    model::ContainerId,
};

/// What is set aside at least.
const LEAST: usize = 1 << 20;

/// A way to the EHR with room for answers of its own.
pub(super) struct Roomy {
    way: Client,
    /// For so many bytes.
    bytes: usize,
}

impl Roomy {
    /// The way, for requests of this connector.
    pub(super) fn client(&self, connector: &Connector) -> Client {
        self.way.declaring(connector.requests())
    }
}

impl Job {
    /// What to set aside for all that it may be answered, after an answer of so many bytes found
    /// no room: twice what it came to, then all that it may have. `None` where it had that.
    fn roomier(&self, wanted: usize) -> Option<usize> {
        let limits = self.serving.connector.limits();
        let most = limits.guest_memory.saturating_add(limits.answer_body);
        match &self.roomy {
            None => Some(self.held().saturating_add(wanted).saturating_mul(2).clamp(LEAST, most)),
            Some(roomy) if roomy.bytes < most => Some(most),
            Some(_) => None,
        }
    }
}

impl Collector {
    pub(super) async fn crowded(&mut self, mut job: Job, wanted: usize) {
        let Some(bytes) = job.roomier(wanted) else {
            let limit = job.serving.connector.limits().guest_memory;
            return self.fault(job, Trouble::Fault(Fault::Limit(Limit::Collected(limit))));
        };
        self.workshop.forget(&job);
        self.end(&mut job, How::Untold);
        let (id, way) = (job.container.id, self.options.connection.way.clone());
        drop(job);
        // It has its place among those that ask, so that few of a connection wait in line.
        self.fetching += 1;
        self.crowded += 1;
        let roomy = async move {
            let way = way.with_room(bytes).await;
            Event::Roomy(id, Roomy { way, bytes })
        };
        self.events.push(roomy.boxed());
    }

    pub(super) async fn begin_anew(&mut self, id: ContainerId, roomy: Roomy) {
        self.fetching -= 1;
        self.crowded -= 1;
        self.start_job(id, Some(roomy)).await;
    }

    /// Whether all that is under way waits with empty hands: then nobody needs its guests, which
    /// somebody else may be waiting for.
    pub(super) fn is_idle(&self) -> bool {
        self.events.len() == self.crowded
    }
}
