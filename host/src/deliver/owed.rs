//! A delivery that waits for its turn.

use crate::{
    lanes::Kind,
    model::{ContainerId, Delivery, Lane},
    repeated::Repeated,
    schedule::backoff::FEW_ATTEMPTS,
    status::UnderWay,
};

/// A delivery in line.
pub(crate) struct Owed {
    /// Its container.
    pub container: ContainerId,
    /// The lines that it waits in.
    pub lanes: [Lane; 2],
    /// Its state on disk.
    pub delivery: Delivery,
    /// Attempts that failed while the destination answered others: what its own waits grow with.
    pub(super) refusals: u32,
    /// How many others the destination had taken when it failed first: as long as no more are, that
    /// may be the destination's own fault.
    pub(super) others: Option<u64>,
    pub(super) repeated: Repeated,
    /// Counts in its connection's backlog as long as it waits here.
    _under_way: UnderWay,
}

impl Owed {
    /// A delivery as the store has it. Of its attempts before a restart nobody knows how many
    /// met a destination that was down, so few count.
    pub(crate) fn new(
        container: ContainerId,
        lanes: [Lane; 2],
        delivery: Delivery,
        under_way: UnderWay,
    ) -> Self {
        let refusals = delivery.attempts.min(FEW_ATTEMPTS);
        let (others, repeated) = (None, Repeated::default());
        Self { container, lanes, delivery, refusals, others, repeated, _under_way: under_way }
    }

    pub(super) fn kind(&self) -> Kind {
        if self.delivery.attempts == 0 { Kind::New } else { Kind::Tried }
    }
}
