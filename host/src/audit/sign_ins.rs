//! Failed sign-ins: the first is noted at once, a flood of them as a number now and then.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

/// How long after one was noted further ones are only counted.
const COUNTED_FOR: Duration = Duration::from_secs(10);

/// Counts failed sign-ins, so that nobody fills the disk by knocking.
#[derive(Default)]
pub struct SignIns(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    noted_at: Option<Timestamp>,
    since: u64,
}

impl SignIns {
    /// Counts one; answers how many are to be noted now, this one among them.
    pub fn failed(&self, now: Timestamp) -> Option<u64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.since += 1;
        let is_soon = |at: Timestamp| now.duration_since(at).unsigned_abs() < COUNTED_FOR;
        if counted.noted_at.is_some_and(is_soon) {
            return None;
        }
        counted.noted_at = Some(now);
        Some(std::mem::take(&mut counted.since))
    }

    /// Those that were counted and not noted yet.
    pub fn rest(&self) -> Option<u64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut counted.since)).filter(|count| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_number() {
        let sign_ins = SignIns::default();
        let at = |seconds| Timestamp::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(sign_ins.failed(at(100)), Some(1));
        assert_eq!((sign_ins.failed(at(101)), sign_ins.failed(at(109))), (None, None));
        assert_eq!(sign_ins.failed(at(110)), Some(3));
        assert_eq!(sign_ins.rest(), None);
        // Set back an hour, it is still told.
        assert_eq!(sign_ins.failed(at(20)), Some(1));
        assert_eq!(sign_ins.failed(at(21)), None);
        assert_eq!(sign_ins.rest(), Some(1));
    }
}
