//! How long to wait after a fault. Pure: whoever calls brings the random number.
//!
//! Polls and deliveries wait differently. A poll's fault mostly passes in minutes, and the
//! next poll reads what this one missed: [`backoff`] doubles up to a cap. A delivery must outlast a
//! weekend in which nobody looks: [`next_attempt`] grows over hours until its days are used up.

use std::time::Duration;

use jiff::Timestamp;

/// The waits after a delivery's first attempts, in milliseconds; the last repeats. They are those
/// of Standard Webhooks in shape, hours in the end; before these some that cost nobody anything
/// where a server stumbled once.
const DELIVERY_WAITS: [u64; 12] = [
    50, 250, 1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
    28_800_000,
];

/// So many attempts make waits that are long, but not for a whole outage.
pub const FEW_ATTEMPTS: u32 = 4;

/// More than the longest of them.
pub const LONGEST_DELIVERY_WAIT: Duration = Duration::from_secs(10 * 60 * 60);

/// How far jitter moves a delivery's wait either way, as a share of it.
const DELIVERY_JITTER: f64 = 0.2;

/// The wait after so many failures in a row: exponential with jitter.
///
/// It doubles from `base` at the first failure up to `cap`; of that, `random` (from 0 to 1) picks
/// a point in the upper half, so that what failed together does not return together. After
/// no failure there is no wait.
pub fn backoff(failures: u32, base: Duration, cap: Duration, random: f64) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else {
        return Duration::ZERO;
    };
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    let whole = base.saturating_mul(factor).min(cap);
    whole.mul_f64(0.5 + share(random) / 2.0)
}

/// The wait after a delivery's attempts so far, at least one: 50 ms, 250 ms, 1 s, 5 s, 30 s, 2 min, … 8 h, 8 h,
/// moved by up to a fifth either way as `random` (from 0 to 1) says.
pub fn delivery_wait(attempts: u32, random: f64) -> Duration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = DELIVERY_WAITS;
    let wait = DELIVERY_WAITS.get(step).copied().unwrap_or(last);
    Duration::from_millis(wait)
        .mul_f64(1.0 - DELIVERY_JITTER + 2.0 * DELIVERY_JITTER * share(random))
}

/// When to try a delivery again that failed `now`, given its attempts so far, the time of
/// the first, and for how long it is to be tried.
///
/// The last attempt stands at the very end of that time. `None`: it is used up, so bury it.
pub fn next_attempt(
    attempts: u32,
    first: Timestamp,
    now: Timestamp,
    retry_for: Duration,
    random: f64,
) -> Option<Timestamp> {
    let end = first.checked_add(retry_for).unwrap_or(Timestamp::MAX);
    let next = now.checked_add(delivery_wait(attempts, random)).unwrap_or(Timestamp::MAX);
    (now < end).then(|| next.min(end))
}

/// A random number that is surely from 0 to 1, whatever the caller brought.
fn share(random: f64) -> f64 {
    if random.is_nan() { 0.5 } else { random.clamp(0.0, 1.0) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_doubles_up_to_its_cap_and_jitters_downwards() {
        let (base, cap) = (Duration::from_secs(10), Duration::from_secs(600));
        for (failures, random, seconds) in [
            (0, 1.0, 0),
            (1, 1.0, 10),
            (1, 0.0, 5),
            (2, 1.0, 20),
            (3, 0.5, 30),
            (7, 1.0, 600),
            (7, 0.0, 300),
            (u32::MAX, 1.0, 600),
            (1, 7.0, 10),
            (1, f64::NAN, 7),
        ] {
            let wait = backoff(failures, base, cap, random);
            assert_eq!(wait.as_secs(), seconds, "{failures} {random}");
        }
    }

    #[test]
    fn a_delivery_waits_longer_and_longer() {
        let waits: Vec<u64> = (0..5).map(|it| delivery_wait(it, 0.5).as_millis() as u64).collect();
        assert_eq!(waits, [50, 50, 250, 1_000, 5_000]);
        let waits: Vec<u64> = (5..15).map(|it| delivery_wait(it, 0.5).as_secs()).collect();
        assert_eq!(waits, [30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800, 28800]);
        assert_eq!(delivery_wait(5, 0.0), Duration::from_secs(24));
        assert_eq!(delivery_wait(5, 1.0), Duration::from_secs(36));
    }

    #[test]
    fn a_delivery_is_tried_until_its_days_are_used_up() {
        let first: Timestamp = "2026-05-05T10:00:00Z".parse().unwrap();
        let three_days = Duration::from_secs(3 * 86_400);
        let (mut now, mut attempts) = (first, 1);
        while let Some(next) = next_attempt(attempts, first, now, three_days, 0.5) {
            (now, attempts) = (next, attempts + 1);
        }
        assert_eq!(now.to_string(), "2026-05-08T10:00:00Z");
        assert_eq!(attempts, 21);
        assert_eq!(next_attempt(1, first, first, Duration::ZERO, 0.5), None);
        let late = Timestamp::MAX;
        assert_eq!(next_attempt(1, late, late, Duration::MAX, 0.5), None);
    }
}
