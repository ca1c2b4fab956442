//! The containers of a collector in their lines: handed in, taken in turn, and handed on.

use jiff::Timestamp;

use super::{Collector, job::Waiting};
use crate::{
    deliver::Owed,
    lanes::{Kind, TAKEN_AT_ONCE},
    model::{ContainerId, Delivery, Pending, Stage},
    status::UnderWay,
};

impl Collector {
    /// Takes one that was handed in, and many that wait behind it; not all, as the first may go.
    pub(super) fn take(&mut self, pending: Pending, under_way: UnderWay) {
        self.line_up(pending, under_way);
        for _ in 0..TAKEN_AT_ONCE {
            let Ok((pending, under_way)) = self.inbox.try_recv() else { break };
            self.line_up(pending, under_way);
        }
    }

    fn line_up(&mut self, pending: Pending, under_way: UnderWay) {
        let (id, lanes) = (pending.id, pending.lanes());
        let (kind, owed) = match pending.stage {
            Stage::Collect => (Kind::New, Vec::new()),
            Stage::Deliver(owed) => (Kind::Passing, owed),
        };
        self.lanes.push(id, lanes, Waiting::new(lanes, owed, under_way), kind);
    }

    /// Whose turn it is. What failed before takes what new ones leave, at most half of the room.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<ContainerId> {
        match self.breaker.is_open() {
            true => {
                let also_tried = self.breaker.admits(now, false);
                self.lanes.probe(self.options.clock.spread(), also_tried)
            }
            false => self.lanes.take(self.options.connection.config.concurrency.div_ceil(2)),
        }
    }

    /// Hands on those that are filled already and waited for those before them.
    pub(super) fn pass_on(&mut self) {
        while let Some(id) = self.lanes.take_passing() {
            let owed = self.lanes.get_mut(id).map(|waiting| std::mem::take(&mut waiting.owed));
            self.hand_over(id, owed.unwrap_or_default());
        }
    }

    /// A container's turn is over.
    pub(super) fn leave(&mut self, id: ContainerId) {
        if let Some(waiting) = self.lanes.get_mut(id) {
            self.failing.leaves(waiting.lanes, waiting.failing.as_deref());
        }
        self.lanes.done(id);
        self.failing.over(id, &self.options.status);
    }

    /// Hands a container to those who deliver it, and only then ends its turn here: so of each line
    /// they get it in order.
    pub(super) fn hand_over(&mut self, container: ContainerId, deliveries: Vec<Delivery>) {
        let Some(lanes) = self.lanes.get_mut(container).map(|waiting| waiting.lanes) else {
            return;
        };
        for delivery in deliveries {
            let deliverer =
                self.options.deliverers.iter().find(|(name, _)| *name == delivery.destination);
            if let Some((_, handle)) = deliverer {
                let under_way = self.options.connection.backlog.enter_to(&delivery.destination);
                handle.deliver(Owed::new(container, lanes, delivery, under_way));
            }
        }
        self.leave(container);
    }
}
