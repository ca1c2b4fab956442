//! The network: who is asked, what goes wrong on the way, and whether the host leaves alone who
//! asks for it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use rounds::egress::{Answered, Carried, Wire, fault::Transport};
use tokio::time::sleep;

use super::{
    ehr,
    mutants::Mutant,
    receiver,
    world::{Inner, World},
};

/// Servers, by their places in a plan.
const EHR: usize = 0;
const NAMES: [&str; 3] = ["ehr.sim", "app.sim", "lake.sim"];

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
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

/// The network of a world.
pub(super) struct Network(pub(super) Arc<World>);

/// A request that may have arrived when its connection is lost.
struct Flight<'a> {
    world: &'a World,
    server: usize,
    request: Carried,
    arrives: bool,
}

#[async_trait]
impl Wire for Network {
    async fn carry(&self, request: Carried) -> Result<Answered, Transport> {
        let server = NAMES.iter().position(|it| request.url.host_str() == Some(it)).unwrap();
        let (fate, there, back) = self.depart(server, &request);
        let mut flight = Flight { world: &self.0, server, request, arrives: true };
        sleep(Duration::from_millis(there)).await;
        flight.arrives = false;
        let outcome = flight.meet(fate).await;
        sleep(Duration::from_millis(back)).await;
        let mut world = self.0.lock();
        world.tell(format_args!("{} {fate:?}", NAMES[server]));
        let mut answered = outcome?;
        world.pause(server, &answered);
        if self.0.has(Mutant::DeafToPauses) {
            answered.headers.clear();
        }
        Ok(answered)
    }
}

impl Network {
    fn depart(&self, server: usize, request: &Carried) -> (Fate, u64, u64) {
        let mut world = self.0.lock();
        let now = world.now();
        if let Some((since, until)) = world.pauses[server]
            && since < now
            && now < until
        {
            world.broke(format!("{} was asked {} ms too early", NAMES[server], until - now));
        }
        if server != EHR {
            receiver::leaves(&mut world, &self.0.disk, request);
        }
        let fate = fate(&mut world, server);
        (fate, world.chance.between(1, 150), world.chance.between(0, 50))
    }
}

impl Flight<'_> {
    async fn meet(&self, fate: Fate) -> Result<Answered, Transport> {
        match fate {
            Fate::Refused => return Err(Transport::ConnectRefused),
            Fate::Reset => return Err(Transport::Reset),
            Fate::Status(status, pause) => return Ok(says(status, pause)),
            Fate::Silent => std::future::pending().await,
            Fate::Garbage => return Ok(whole(200, "<html>please log in</html>".into())),
            _ => {}
        }
        let (answered, at) = {
            let mut world = self.world.lock();
            let (status, body) = act(&mut world, self.server, &self.request);
            let at = world.chance.below(body.len() as u64 + 1);
            (whole(status, body), at as usize)
        };
        match fate {
            Fate::AnswerLost => Err(Transport::Closed),
            Fate::ActsAndFails => Ok(says(500, None)),
            Fate::Broken => Ok(Answered {
                body: answered.body.slice(..at.min(answered.body.len())),
                broken: true,
                ..answered
            }),
            Fate::Late => {
                sleep(Duration::from_secs(45)).await;
                Ok(answered)
            }
            _ => Ok(answered),
        }
    }
}

/// A host that stops has sent what was on its way, or not.
impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut world = self.world.lock();
        if self.arrives && world.chance.happens(0.5) {
            act(&mut world, self.server, &self.request);
        }
    }
}

impl Inner {
    /// Notes that a server asks to be left alone, which the host knows by now.
    fn pause(&mut self, server: usize, answered: &Answered) {
        let asked = answered.headers.iter().find(|(name, _)| name == "retry-after");
        if let Some((_, seconds)) = asked {
            let until = self.now() + seconds.parse::<u64>().unwrap() * 1000;
            let before = self.pauses[server].map_or(0, |(_, until)| until);
            self.pauses[server] = Some((self.now(), until.max(before)));
        }
    }
}

fn fate(world: &mut Inner, server: usize) -> Fate {
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
    match (world.chance.below(12), server) {
        (0, _) => Fate::Reset,
        (1, _) => Fate::AnswerLost,
        (2, _) => Fate::Broken,
        (3, _) => Fate::Late,
        (4, _) => Fate::Silent,
        (5, _) => Fate::Status(429, pause),
        (6, _) => Fate::Status(503, pause),
        (7, _) => Fate::Status(500, None),
        (8, EHR) => Fate::Garbage,
        (8, _) => Fate::ActsAndFails,
        (9, EHR) => Fate::Status(401, None),
        (9, _) => Fate::Status(400, None),
        (10, EHR) => Fate::Status(404, None),
        (10, _) => Fate::Status(413, None),
        (_, EHR) => Fate::Garbage,
        (_, _) if world.chance.happens(0.2) => Fate::Status(410, None),
        (_, _) => Fate::Status(408, None),
    }
}

fn act(world: &mut Inner, server: usize, request: &Carried) -> (u16, String) {
    match server {
        EHR => {
            let answer = ehr::answer(world, &request.url);
            let path = request.url.path();
            world.tell(format_args!("ehr answers {path}: {} {} bytes", answer.0, answer.1.len()));
            answer
        }
        other => {
            receiver::take(world, other - 1, request);
            (204, String::new())
        }
    }
}

fn whole(status: u16, body: String) -> Answered {
    Answered { status, headers: Vec::new(), body: Bytes::from(body), broken: false }
}

fn says(status: u16, pause: Option<u64>) -> Answered {
    let headers = pause.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
    Answered { headers: headers.into_iter().collect(), ..whole(status, "no.".into()) }
}
