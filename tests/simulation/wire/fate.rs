//! What happens to a request.

use super::super::{plan::shape::Server, world::Inner};

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Well,
    /// Nobody listens.
    Refused,
    /// The connection breaks before the server has read it.
    Reset,
    /// The server acts, and its answer is lost.
    AnswerLost,
    /// The server acts, and its answer breaks off.
    Broken,
    /// The server acts and answers when nobody listens any more.
    Late,
    /// The server neither acts nor answers.
    Silent,
    /// The server does not act, says so, and may ask for a pause of so many seconds.
    Status(u16, Option<u64>),
    /// The server acts, and says that it did not.
    ActsAndFails,
    /// Something else answers in its name.
    Garbage,
}

pub(super) fn fate(world: &mut Inner, server: usize, path: &str) -> Fate {
    let now = world.now();
    if !world.is_sick() {
        return Fate::Well;
    }
    if world.plan.down[server].is_some_and(|(from, to)| (from..to).contains(&now)) {
        return Fate::Refused;
    }
    if !world.chance.happens(world.plan.sick[server]) {
        return Fate::Well;
    }
    let asks = world.chance.happens(0.7);
    let pause = asks.then(|| world.chance.between(1, 90));
    match world.chance.below(12) {
        0 => Fate::Reset,
        1 => Fate::AnswerLost,
        2 => Fate::Broken,
        3 => Fate::Late,
        4 => Fate::Silent,
        5 => Fate::Status(429, pause),
        6 => Fate::Status(503, pause),
        7 => Fate::Status(500, None),
        worst => match Server::of(server) {
            // Nobody could tell what else it was, and a queue forgets what it answered.
            Server::Ehr(_) if path == "/queue" => of_queues(worst),
            Server::Ehr(_) => of_ehrs(worst),
            Server::SignIn(_) => of_sign_ins(worst),
            Server::Destination(_) => of_destinations(world, worst),
        },
    }
}

fn of_ehrs(worst: u64) -> Fate {
    match worst {
        9 => Fate::Status(401, None),
        10 => Fate::Status(404, None),
        _ => Fate::Garbage,
    }
}

fn of_queues(worst: u64) -> Fate {
    match worst {
        9 => Fate::Status(401, None),
        10 => Fate::Status(404, None),
        _ => Fate::ActsAndFails,
    }
}

fn of_sign_ins(worst: u64) -> Fate {
    match worst {
        9 => Fate::Status(401, None),
        10 => Fate::Status(400, None),
        _ => Fate::Garbage,
    }
}

fn of_destinations(world: &mut Inner, worst: u64) -> Fate {
    match worst {
        8 => Fate::ActsAndFails,
        9 => Fate::Status(400, None),
        10 => Fate::Status(413, None),
        _ if world.chance.happens(0.2) => Fate::Status(410, None),
        _ => Fate::Status(408, None),
    }
}
