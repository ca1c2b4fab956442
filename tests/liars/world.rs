//! A world: a server, a receiver, and the network, the clock and the disk between them.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use jiff::Timestamp;
use rounds::{
    clock::Clock,
    egress::{Answered, Carried, Wire, fault::Transport},
    store::memory::Disk,
};
use tokio::time::{Duration, Instant, sleep};
use url::Url;

use super::{
    chronicle::timestamp,
    doors::{self, Door, Who},
    lies::{Lie, Moment},
    plan::Plan,
    receiver::{Receiver, Told},
    server::{Asked, Server, says},
};
use crate::support::chance::Chance;

/// A world, as all that play in it share it.
pub(super) struct World {
    inner: Mutex<Inner>,
    pub(super) disk: Disk,
}

/// What the server was asked once, and how it answered.
pub(super) struct Exchange {
    pub(super) at: i64,
    pub(super) question: Asked,
    pub(super) status: u16,
    /// Bytes of the answer.
    pub(super) bytes: usize,
}

/// A request to somebody whom nobody named.
pub(super) struct Stray {
    pub(super) method: String,
    pub(super) url: Url,
    /// Whether it showed what only the server, or who gives tokens, is to see.
    pub(super) shows: bool,
}

/// What changes in a world.
pub(super) struct Inner {
    pub(super) chance: Chance,
    pub(super) server: Server,
    pub(super) receiver: Receiver,
    pub(super) lies: Vec<Box<dyn Lie>>,
    pub(super) asked: Vec<Exchange>,
    /// What was asked of whom nobody named.
    pub(super) strays: Vec<Stray>,
    doors: Vec<Door>,
    shows: bool,
    began: Option<Instant>,
    /// How far the host's clock was ever ahead.
    furthest: i64,
}

impl World {
    pub(super) fn new(plan: Plan, shows: bool) -> Arc<Self> {
        let Plan { chance, script, lies, user, .. } = plan;
        let inner = Inner {
            chance,
            server: Server::new(script, &user.base),
            receiver: Receiver::default(),
            lies,
            asked: Vec::new(),
            strays: Vec::new(),
            doors: user.doors(),
            shows,
            began: None,
            furthest: 0,
        };
        Arc::new(Self { inner: Mutex::new(inner), disk: Disk::default() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

impl Inner {
    /// Time begins, within the host's runtime.
    pub(super) fn begin(&mut self) {
        self.began = Some(Instant::now());
    }

    /// Milliseconds from the beginning.
    pub(super) fn now(&self) -> i64 {
        self.began.map_or(0, |began| began.elapsed().as_millis() as i64)
    }

    /// Shows what happens to who wants to see it.
    pub(super) fn tell(&self, what: impl FnOnce() -> String) {
        if self.shows {
            eprintln!("{:>9} {}", self.now(), what());
        }
    }

    fn ahead(&self) -> i64 {
        let now = self.now();
        self.lies.iter().map(|lie| lie.host_clock(now)).sum()
    }

    /// Everything that is to be written by now is.
    pub(super) fn advance(&mut self) {
        self.with_server(|server, lies, moment| server.advance(lies, moment));
    }

    fn with_server<R>(
        &mut self,
        act: impl FnOnce(&mut Server, &mut [Box<dyn Lie>], &mut Moment) -> R,
    ) -> R {
        let now = self.now();
        let ahead = self.lies.iter().map(|lie| lie.ehr_clock(now)).sum();
        let mut moment = Moment { now, ahead, chance: &mut self.chance };
        act(&mut self.server, &mut self.lies, &mut moment)
    }

    /// Nobody is behind a URL that no user named.
    fn answer(&mut self, request: &Carried) -> Result<Answered, Transport> {
        let behind = doors::behind(&self.doors, &request.url);
        match behind.map(|(who, path)| (who, Asked::of(request, path))) {
            Some((Who::Server, asked)) => Ok(self.asks(asked, request)),
            Some((Who::Issuer, _)) => Ok(self.issues(request)),
            Some((Who::Receiver, _)) => Ok(self.hears(request)),
            None => {
                let secret = ["authorization", "cookie"];
                let mut headers = request.headers.iter();
                let shows = headers.any(|(name, _)| secret.contains(&name.as_str()));
                let (method, url) = (request.method.clone(), request.url.clone());
                self.tell(|| format!("{method} {url}, which nobody named"));
                self.strays.push(Stray { method, url, shows });
                Err(Transport::ConnectRefused)
            }
        }
    }

    fn asks(&mut self, asked: Asked, request: &Carried) -> Answered {
        let answered = self.with_server(|server, lies, moment| server.answer(&asked, lies, moment));
        let (at, status, bytes) = (self.now(), answered.status, answered.body.len());
        self.asked.push(Exchange { at, question: asked, status, bytes });
        self.tell(|| {
            let body = String::from_utf8_lossy(&answered.body);
            format!("{} -> {} {body}", request.url, answered.status)
        });
        answered
    }

    fn issues(&mut self, request: &Carried) -> Answered {
        let now = self.now();
        let mut moment = Moment { now, ahead: 0, chance: &mut self.chance };
        let given = self.lies.iter_mut().find_map(|lie| lie.issues(request, &mut moment));
        let answered = given.unwrap_or_else(|| says(404));
        self.tell(|| format!("{} -> {}", request.url, answered.status));
        answered
    }

    fn hears(&mut self, request: &Carried) -> Answered {
        let (told, now) = (Told::of(request), self.now());
        let mut moment = Moment { now, ahead: 0, chance: &mut self.chance };
        let own = self.lies.iter_mut().find_map(|lie| lie.hears(&told, &mut moment));
        let answered = own.unwrap_or_else(|| says(204));
        let status = answered.status;
        self.tell(|| format!("told {} of {}: {status}", told.event, told.meta.record));
        self.receiver.take(now, request, told, (200..300).contains(&status));
        answered
    }
}

/// The network of a world.
pub(super) struct Network(pub(super) Arc<World>);

#[async_trait]
impl Wire for Network {
    async fn carry(&self, request: Carried) -> Result<Answered, Transport> {
        let (there, back) = {
            let mut world = self.0.lock();
            (world.chance.between(1, 40), world.chance.between(1, 20))
        };
        sleep(Duration::from_millis(there)).await;
        let answered = self.0.lock().answer(&request);
        sleep(Duration::from_millis(back)).await;
        answered
    }
}

/// The host's clock: its wall's, which somebody may set, and a steady one, which follows that
/// forward and never back.
pub(super) struct HostClock(pub(super) Arc<World>);

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let world = self.0.lock();
        timestamp(world.now() + world.ahead())
    }

    fn steady(&self) -> Timestamp {
        let mut world = self.0.lock();
        world.furthest = world.furthest.max(world.ahead());
        timestamp(world.now() + world.furthest)
    }

    fn spread(&self) -> f64 {
        self.0.lock().chance.share()
    }
}
