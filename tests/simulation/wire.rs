//! The network: who is asked, what goes wrong on the way, and whether the host leaves alone who
//! asks for it.

mod fate;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use rounds::egress::{Answered, Carried, Wire, fault::Transport};
use tokio::time::sleep;

use self::fate::{Fate, fate};
use super::{
    check, ehr,
    mutants::Mutant,
    plan::shape::{NAMES, Server},
    receiver,
    sign_in::{self, Issuer},
    world::{Inner, World, beginning},
};

/// The network of a world.
pub(super) struct Network(pub(super) Arc<World>);

/// A request that may have arrived when its connection is lost.
struct Flight<'a> {
    world: &'a World,
    server: usize,
    request: Arc<Carried>,
    /// Its place among all that left, while it may still arrive.
    arrives: Option<u64>,
}

/// A request whose host did not wait for it to arrive.
pub(super) struct Cut {
    place: u64,
    server: usize,
    request: Arc<Carried>,
}

#[async_trait]
impl Wire for Network {
    async fn carry(&self, request: Carried) -> Result<Answered, Transport> {
        let server = NAMES.iter().position(|it| request.url.host_str() == Some(it)).unwrap();
        let (fate, there, back) = self.depart(server, &request);
        let arrives = Some(self.0.lock().departs());
        let request = Arc::new(request);
        let mut flight = Flight { world: &self.0, server, request, arrives };
        sleep(Duration::from_millis(there)).await;
        flight.arrives = None;
        let outcome = flight.meet(fate).await;
        sleep(Duration::from_millis(back)).await;
        let mut world = self.0.lock();
        world.tell(format_args!("{} {fate:?}", NAMES[server]));
        let mut answered = outcome?;
        world.pause(server, &answered);
        if self.0.has(Mutant::DeafToPauses) {
            answered.headers.clear();
        }
        if self.0.has(Mutant::KeepsTokens) && Server::of(server) == Server::SignIn(0) {
            world.issuers[0].gives_the_first(&mut answered);
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
        match Server::of(server) {
            Server::Ehr(place) => check::seen::asks(&mut world, place, &request.url),
            Server::SignIn(place) => Issuer::leaves(&mut world, place),
            Server::Destination(_) => receiver::leaves(&mut world, &self.0.disk, request),
        }
        let fate = fate(&mut world, server, request.url.path());
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
            let mut answered = whole(status, body);
            // By its own clock, which nobody sets.
            let date = jiff::Timestamp::from_millisecond(beginning() + world.now() as i64).unwrap();
            answered.headers.push(("date".into(), httpdate::fmt_http_date(date.into())));
            (answered, at as usize)
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
            // Whoever refuses one would have all others wait.
            _ if answered.status == 503 && self.world.has(Mutant::OneForAll) => {
                Ok(says(503, Some(300)))
            }
            _ => Ok(answered),
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut world = self.world.lock();
        if let Server::SignIn(place) = Server::of(self.server) {
            world.issuers[place].is_answered();
        }
        if let Some(place) = self.arrives {
            let (server, request) = (self.server, Arc::clone(&self.request));
            world.cut.push(Cut { place, server, request });
        }
    }
}

/// A host that is gone has sent what was on its way, or not. In the order in which it left: a
/// runtime lets go of its tasks in any.
pub(super) fn settle(world: &mut Inner) {
    let mut cut = std::mem::take(&mut world.cut);
    cut.sort_by_key(|cut| cut.place);
    for Cut { server, request, .. } in cut {
        if world.chance.happens(0.5) {
            act(world, server, &request);
        }
    }
}

impl Inner {
    /// The place of a request that leaves among all.
    fn departs(&mut self) -> u64 {
        self.departed += 1;
        self.departed
    }

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

fn act(world: &mut Inner, server: usize, request: &Carried) -> (u16, String) {
    match Server::of(server) {
        Server::Ehr(place) if !sign_in::lets_in(world, place, request) => (401, "who?".into()),
        Server::Ehr(place) => {
            let answer = ehr::answer(world, place, &request.url);
            let (name, path) = (NAMES[server], request.url.path());
            world.tell(format_args!(
                "{name} answers {path}: {} {} bytes",
                answer.0,
                answer.1.len()
            ));
            answer
        }
        Server::SignIn(place) => Issuer::answer(world, place),
        Server::Destination(place) => (receiver::take(world, place, request), String::new()),
    }
}

fn whole(status: u16, body: String) -> Answered {
    Answered { status, headers: Vec::new(), body: Bytes::from(body), broken: false }
}

fn says(status: u16, pause: Option<u64>) -> Answered {
    let headers = pause.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
    Answered { headers: headers.into_iter().collect(), ..whole(status, "no.".into()) }
}
