//! Room in memory for what EHRs answer: so many bytes in a host, and half of them for one
//! connection at most.
//!
//! An answer takes room as it is read, and gives it back once nobody has its body any more. One
//! that finds none is let go, and whoever asked lets go of all others, too, before it waits until
//! enough is set aside for it alone; then it asks again. So nobody waits for who waits as well,
//! each has its turn in the order in which they came, and what was set aside is enough: whoever
//! needs much is neither passed over for ever nor in the way of others for long. An eighth is there
//! for short answers alone, which so hardly ever wait.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::Owner;

/// What room is counted in, in bytes: a semaphore gives up to four billion at once.
const GRAIN: usize = 1 << 10;
/// What an answer takes beside its body: its headers, and what is left of its last grain.
const BESIDE: usize = 128 << 10;
/// What an answer may take of the room for short ones.
const SHORT: usize = 128 << 10;
/// How often a host says that somebody waits.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// What bytes of answers may take while they are read: of one whose length is not known, a quarter
/// more than it has.
pub(crate) const fn room_for(bytes: usize) -> usize {
    bytes.saturating_add(bytes / 4).saturating_add(BESIDE)
}

/// All the room of a host.
pub(crate) struct Room {
    all: Arc<Whole>,
    of_one: usize,
}

#[derive(Debug)]
struct Whole {
    free: Arc<Semaphore>,
    grains: u32,
    /// For short answers, where nothing else is free.
    short: Arc<Semaphore>,
    said: Mutex<Option<Instant>>,
}

impl Room {
    /// Room for so many bytes; a connection may take half of it, or `least` if that is more and
    /// there is as much.
    pub(crate) fn new(bytes: usize, least: usize) -> Self {
        let (short, bytes) = (bytes / 8, bytes - bytes / 8);
        let room = |bytes| Arc::new(Semaphore::new(grains(bytes) as usize));
        let (free, short) = (room(bytes), room(short));
        let all = Whole { free, grains: grains(bytes), short, said: Mutex::default() };
        Self { all: Arc::new(all), of_one: least.max(bytes / 2).min(bytes) }
    }

    /// Bytes that nobody has taken.
    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        (self.all.free.available_permits() + self.all.short.available_permits()) * GRAIN
    }

    /// A connection's part.
    pub(crate) fn part(&self) -> Part {
        let grains = grains(self.of_one);
        let own = Arc::new(Semaphore::new(grains as usize));
        Part { all: Arc::clone(&self.all), own, grains }
    }
}

/// What one connection may take of a host's room. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Part {
    all: Arc<Whole>,
    own: Arc<Semaphore>,
    grains: u32,
}

/// Room that was taken; given back when this is dropped.
struct Taken {
    own: OwnedSemaphorePermit,
    all: OwnedSemaphorePermit,
}

impl Part {
    fn try_take(&self, grains: u32) -> Option<Taken> {
        let own = Arc::clone(&self.own).try_acquire_many_owned(grains).ok()?;
        let all = Arc::clone(&self.all.free).try_acquire_many_owned(grains).ok()?;
        Some(Taken { own, all })
    }

    fn try_take_short(&self, grains: u32) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all.short).try_acquire_many_owned(grains).ok()
    }

    /// Waits in line: first behind the connection's own, then behind all. `None` never, as nobody
    /// closes a room.
    async fn take(&self, grains: u32) -> Option<Taken> {
        let own = Arc::clone(&self.own).acquire_many_owned(grains).await.ok()?;
        let all = Arc::clone(&self.all.free).acquire_many_owned(grains).await.ok()?;
        Some(Taken { own, all })
    }

    fn is_tight(&self) -> bool {
        let tight = |free: &Semaphore, grains: u32| free.available_permits() < grains as usize / 4;
        tight(&self.own, self.grains) || tight(&self.all.free, self.all.grains)
    }

    fn say(&self, owner: &Owner) {
        let now = Instant::now();
        let mut said = lock(&self.all.said);
        if said.is_some_and(|said| now.duration_since(said) < SAID_EVERY) {
            return;
        }
        *said = Some(now);
        let of = self.all.grains as usize * GRAIN;
        let held = of - self.all.free.available_permits() * GRAIN;
        tracing::warn!(%owner, held, of, "waits for room in memory for its answers (host.limits.held_answers)");
    }
}

impl Taken {
    fn split(&mut self, grains: u32) -> Option<Self> {
        let all = self.all.split(grains as usize)?;
        let own = self.own.split(grains as usize)?;
        Some(Self { own, all })
    }

    fn merge(&mut self, other: Self) {
        self.own.merge(other.own);
        self.all.merge(other.all);
    }
}

/// Where a client's answers find room: with no part, everywhere.
#[derive(Clone, Default)]
pub(super) struct Place {
    part: Option<Part>,
    aside: Option<Arc<Aside>>,
}

/// Room that was set aside for one who waited for it.
struct Aside(Mutex<Taken>);

impl Place {
    pub(super) fn new(part: Option<Part>) -> Self {
        Self { part, aside: None }
    }

    /// A place of its own with room for so many bytes of answers, or for as many as there may be.
    pub(super) async fn with_room(&self, bytes: usize, owner: &Owner) -> Self {
        let Some(part) = &self.part else { return Self::default() };
        let grains = grains(room_for(bytes)).min(part.grains);
        let taken = match part.try_take(grains) {
            Some(taken) => Some(taken),
            None => {
                part.say(owner);
                part.take(grains).await
            }
        };
        let aside = taken.map(|taken| Arc::new(Aside(Mutex::new(taken))));
        Self { part: Some(part.clone()), aside }
    }

    /// Whether there is little room left.
    pub(super) fn is_tight(&self) -> bool {
        self.part.as_ref().is_some_and(Part::is_tight)
    }

    /// What holds nothing yet.
    pub(super) fn hold(&self) -> Held {
        let home = self.aside.as_ref().map(Arc::downgrade).unwrap_or_default();
        Held { part: self.part.clone(), home, taken: None, short: None, grains: 0 }
    }
}

/// The room that one answer takes.
pub(super) struct Held {
    part: Option<Part>,
    home: Weak<Aside>,
    taken: Option<Taken>,
    short: Option<OwnedSemaphorePermit>,
    grains: u32,
}

impl Held {
    /// Takes more, up to so many bytes in all. Nothing is taken where there is less.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let more = grains(bytes).saturating_sub(self.grains);
        let Some(part) = self.part.as_ref().filter(|_| more > 0) else { return true };
        let of_aside = || lock(&self.home.upgrade()?.0).split(more);
        if let Some(taken) = of_aside().or_else(|| part.try_take(more)) {
            merge(&mut self.taken, taken, Taken::merge);
        } else if bytes <= SHORT
            && let Some(short) = part.try_take_short(more)
        {
            merge(&mut self.short, short, OwnedSemaphorePermit::merge);
        } else {
            return false;
        }
        self.grains += more;
        true
    }

    /// Gives back what is beyond so many bytes.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let less = self.grains.saturating_sub(grains(bytes));
        if let Some(beyond) = self.taken.as_mut().and_then(|taken| taken.split(less)) {
            self.grains -= less;
            give_back(&self.home, beyond);
        }
    }

    /// A body that keeps its room for as long as anybody has it.
    pub(super) fn keep(self, body: impl AsRef<[u8]> + Send + 'static) -> Bytes {
        Bytes::from_owner(Kept { body, _held: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take() {
            give_back(&self.home, taken);
        }
    }
}

fn merge<T>(there: &mut Option<T>, more: T, merge: impl FnOnce(&mut T, T)) {
    match there {
        Some(there) => merge(there, more),
        None => *there = Some(more),
    }
}

/// What was set aside stays so as long as whoever waited for it is there.
fn give_back(home: &Weak<Aside>, taken: Taken) {
    if let Some(home) = home.upgrade() {
        lock(&home.0).merge(taken);
    }
}

struct Kept<B> {
    body: B,
    _held: Held,
}

impl<B: AsRef<[u8]>> AsRef<[u8]> for Kept<B> {
    fn as_ref(&self) -> &[u8] {
        self.body.as_ref()
    }
}

fn grains(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(GRAIN)).unwrap_or(u32::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
