//! What a seed makes of a world: what there is, how much of it changes, what is sick, when it is
//! mended.

pub(super) mod feed;
pub(super) mod odd;
pub(super) mod shape;
pub(super) mod wall;

use self::{
    feed::Feed,
    odd::Odd,
    shape::{SERVERS, Shape},
    wall::Wall,
};
use super::{
    chance::Chance,
    connectors::{BLIND, BROKEN},
};

const MINUTE: u64 = 60_000;

/// A world before it begins. Times are milliseconds from the beginning.
pub(super) struct Plan {
    /// Whom it has.
    pub(super) shape: Shape,
    /// When everything is mended.
    pub(super) healed: u64,
    /// What changes, a task each.
    pub(super) feeds: Vec<Feed>,
    /// What is odd about that.
    pub(super) odd: Odd,
    /// Entries in a page.
    pub(super) page: usize,
    /// How often a request to each server meets a fault.
    pub(super) sick: [f64; SERVERS],
    /// How often a page is bad.
    pub(super) bad_pages: f64,
    /// When servers are down.
    pub(super) down: [Option<(u64, u64)>; SERVERS],
    /// When the EHRs know no token any more that was given before.
    pub(super) revoked: Vec<u64>,
    /// What the host's clock shows.
    pub(super) wall: Wall,
    /// The longest time that a host runs.
    pub(super) host_runs: u64,
    /// How long a sync takes at most.
    pub(super) sync: u64,
    /// How often a host crashes over a write.
    pub(super) falls: f64,
    /// How often the disk is full.
    pub(super) full: f64,
    /// How often a person does something.
    pub(super) meddling: f64,
    /// The connector that somebody takes for a good one.
    pub(super) bad: usize,
}

impl Plan {
    pub(super) fn draw(chance: &mut Chance, odd: &mut Chance) -> Self {
        let shape = Shape::draw(chance);
        let healed = chance.between(3, 12) * MINUTE;
        let mut sickness = || if chance.happens(0.3) { 0.0 } else { chance.share() * 0.4 };
        let sick = [(); SERVERS].map(|()| sickness());
        let down = [(); SERVERS].map(|()| {
            let from = chance.below(healed);
            chance.happens(0.4).then(|| (from, from + chance.below(5 * MINUTE)))
        });
        let mut feeds = feed::draw(chance, &shape, healed);
        let odd = Odd::draw(odd, &mut feeds, healed);
        let plan = Self {
            feeds,
            odd,
            page: chance.between(1, 6) as usize,
            sick,
            bad_pages: if chance.happens(0.5) { 0.0 } else { chance.share() * 0.3 },
            down,
            revoked: times(chance, 3, healed),
            wall: Wall::draw(chance, healed),
            host_runs: if chance.happens(0.2) { healed } else { chance.between(1, 10) * MINUTE },
            sync: chance.between(1, 400),
            falls: if chance.happens(0.5) { 0.0 } else { chance.share() * 0.1 },
            full: if chance.happens(0.7) { 0.0 } else { chance.share() * 0.3 },
            meddling: chance.share() * 0.5,
            // What a queue handed out to a blind one is gone.
            bad: if !shape.queue && chance.happens(0.3) { BLIND } else { BROKEN },
            shape,
            healed,
        };
        if plan.odd.is_calm { plan.calm() } else { plan }
    }

    /// Without all that fails by chance.
    fn calm(self) -> Self {
        Self {
            sick: [0.0; SERVERS],
            bad_pages: 0.0,
            down: [None; SERVERS],
            revoked: Vec::new(),
            wall: Wall::still(),
            falls: 0.0,
            full: 0.0,
            meddling: 0.0,
            feeds: self.feeds.into_iter().map(|it| Feed { lost: Vec::new(), ..it }).collect(),
            ..self
        }
    }

    /// Whether somebody may put a connector in service that leaves things out.
    pub(super) fn is_blind(&self) -> bool {
        self.bad == BLIND
    }
}

/// Fewer times than a limit, in order.
fn times(chance: &mut Chance, limit: u64, until: u64) -> Vec<u64> {
    let mut times: Vec<_> = (0..chance.below(limit)).map(|_| chance.below(until)).collect();
    times.sort_unstable();
    times
}
