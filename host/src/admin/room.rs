//! How many connections there may be: of all, and of one address that is not this machine's.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections at once; further ones wait.
const AT_ONCE: usize = 64;
/// Those of one other machine; further ones are closed, so that it leaves room for others.
const OF_ONE: usize = 16;

/// Connections of other machines, by their addresses.
type Guests = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Room for connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Room {
    all: Arc<Semaphore>,
    guests: Guests,
}

/// A connection's place, free again when this is dropped.
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
    guest: Option<(IpAddr, Guests)>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(AT_ONCE)), guests: Arc::default() }
    }

    /// Waits until there is room at all.
    pub(super) async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// A place for one from an address, unless that has enough.
    pub(super) fn seat(
        &self,
        address: IpAddr,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Option<Place> {
        if address.is_loopback() {
            return Some(Place { _permit: permit, guest: None });
        }
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = guests.entry(address).or_default();
        if *of_it >= OF_ONE {
            return None;
        }
        *of_it += 1;
        Some(Place { _permit: permit, guest: Some((address, Arc::clone(&self.guests))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((address, guests)) = &self.guest else { return };
        let mut guests = guests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_it) = guests.get_mut(address) {
            *of_it -= 1;
            if *of_it == 0 {
                guests.remove(address);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn one_machine_leaves_room_for_others() {
        let (room, address) = (Room::new(), |text: &str| text.parse::<IpAddr>().unwrap());
        let far = address("10.0.0.1");
        let mut places: Vec<_> = (0..OF_ONE).map(|_| room.seat(far, None).unwrap()).collect();
        assert!(room.seat(far, None).is_none());
        assert!(room.seat(address("10.0.0.2"), None).is_some());
        places.pop();
        places.push(room.seat(far, None).unwrap());
        let near: Vec<_> = (0..=OF_ONE).map(|_| room.seat(address("::1"), None).unwrap()).collect();
        drop((places, near));
        assert!(room.guests.lock().unwrap().is_empty());
    }
}
