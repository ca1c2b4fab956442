//! The clock of a world, as its host has it: one on the wall, which somebody may set, and a steady
//! one as the host makes of its machine's.

use std::sync::Arc;

use jiff::Timestamp;
use rounds::clock::Clock;

use super::{
    mutants::Mutant,
    world::{World, beginning},
};

pub(super) struct WorldClock(pub(super) Arc<World>);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        time(self.0.lock().wall())
    }

    /// What the wall's clock showed as the host began, and the time since; it follows that one
    /// forward, and never back.
    fn steady(&self) -> Timestamp {
        if self.0.has(Mutant::WaitsByTheWall) {
            return self.now();
        }
        let world = self.0.lock();
        let now = world.now();
        time(beginning() + now as i64 + world.plan.wall.furthest(world.host_since, now))
    }

    fn spread(&self) -> f64 {
        self.0.lock().chance.share()
    }
}

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}
