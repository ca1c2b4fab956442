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

use super::{
    chronicle::timestamp,
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

/// What changes in a world.
pub(super) struct Inner {
    pub(super) chance: Chance,
    pub(super) server: Server,
    pub(super) receiver: Receiver,
    pub(super) lies: Vec<Box<dyn Lie>>,
    pub(super) asked: Vec<Exchange>,
    shows: bool,
    began: Option<Instant>,
    /// How far the host's clock was ever ahead.
    furthest: i64,
}

impl World {
    pub(super) fn new(plan: Plan, shows: bool) -> Arc<Self> {
        let Plan { chance, script, lies, .. } = plan;
        let inner = Inner {
            chance,
            server: Server::new(script),
            receiver: Receiver::default(),
            lies,
            asked: Vec::new(),
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

    fn asks(&mut self, request: &Carried) -> Answered {
        let asked = Asked::of(request);
        let answered = self.with_server(|server, lies, moment| server.answer(&asked, lies, moment));
        let (at, status, bytes) = (self.now(), answered.status, answered.body.len());
        self.asked.push(Exchange { at, question: asked, status, bytes });
        self.tell(|| {
            let body = String::from_utf8_lossy(&answered.body);
            format!("{} -> {} {body}", request.url, answered.status)
        });
        answered
    }

    fn hears(&mut self, request: &Carried) -> Answered {
        let (told, now) = (Told::of(request), self.now());
        let mut moment = Moment { now, ahead: 0, chance: &mut self.chance };
        let refused = self.lies.iter_mut().find_map(|lie| lie.refuses(&told, &mut moment));
        self.tell(|| format!("told {} of {} {:?}", told.event, told.meta.record, refused));
        self.receiver.take(now, request, told, refused.is_none());
        says(refused.unwrap_or(204))
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
        let answered = {
            let mut world = self.0.lock();
            match request.url.host_str() {
                Some("ehr.sim") => world.asks(&request),
                _ => world.hears(&request),
            }
        };
        sleep(Duration::from_millis(back)).await;
        Ok(answered)
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
