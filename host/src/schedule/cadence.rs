//! When a task is due: on an interval, or by a cron line in a time zone. Pure.
//!
//! Intervals stand on a grid of their own: `offset + k · every`, counted from 1970, with an
//! offset drawn from the task's seed. So a host with a hundred thousand tasks starts them evenly,
//! a restart moves none of them, and a tick that was missed is skipped rather than stacked.
//! Cron lines are not spread: whoever writes six o'clock means six o'clock.

use std::{fmt, time::Duration};

use jiff::Timestamp;

use super::cron::CronLine;
use crate::{duration::Show, model::TaskId};

/// The shortest interval.
pub const SHORTEST: Duration = Duration::from_secs(1);

/// Over how long polls that are due at a start are spread.
pub const SOON: Duration = Duration::from_secs(10);

/// When a task is polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Each time this span has passed; less than [`SHORTEST`] counts as that.
    Every(Duration),
    /// At the minutes that a cron line names.
    Cron(CronLine),
}

impl Cadence {
    /// The first tick later than `now`. `seed` is the task's own: see [`seed`].
    pub fn next_after(&self, now: Timestamp, seed: u64) -> Timestamp {
        match self {
            Self::Every(every) => grid_after(*every, now, seed),
            Self::Cron(line) => line.next_after(now),
        }
    }

    /// When a task is first due after a start of the host, given when it was last polled.
    ///
    /// A missed tick runs once and soon, and so does the first poll of an interval; both are
    /// spread over [`SOON`], or over the interval where that is shorter. Those of one connection
    /// begin together, as what one of them asks for then does for all. What missed nothing waits
    /// for its next tick, as does a cron line that never ran. A last poll in the future, by a
    /// clock that was set back, counts as now.
    pub fn due_at_start(
        &self,
        last: Option<Timestamp>,
        now: Timestamp,
        Seeds { task, connection }: Seeds,
    ) -> Timestamp {
        let tick = match (last, self) {
            (Some(last), _) => self.next_after(last.min(now), task),
            (None, Self::Every(_)) => now,
            (None, Self::Cron(_)) => self.next_after(now, task),
        };
        if tick > now { tick } else { self.soon(now, connection) }
    }

    /// The shortest time between two ticks, to be held against an action's `fastest`.
    pub fn fastest_period(&self) -> Duration {
        match self {
            Self::Every(every) => *every,
            Self::Cron(line) => line.shortest_gap(),
        }
    }

    fn soon(&self, now: Timestamp, seed: u64) -> Timestamp {
        let window = match self {
            Self::Every(every) => SOON.min(*every),
            Self::Cron(_) => SOON,
        };
        let wait = Duration::from_millis(seed % milliseconds(window));
        now.checked_add(wait).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(every) => write!(f, "every {}", Show(*every)),
            Self::Cron(line) => write!(f, "cron {line}"),
        }
    }
}

/// What spreads a task: the same at every start, on every machine, of every version, so that
/// nothing moves when a host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Its place on its grid.
    pub task: u64,
    /// When its connection's overdue polls begin at a start.
    pub connection: u64,
}

impl Seeds {
    /// Those of a task.
    pub fn of(task: &TaskId) -> Self {
        let connection = hash(task.connection.as_str().bytes());
        Self { task: seed(task), connection }
    }
}

/// A task's place on the grid.
pub fn seed(task: &TaskId) -> u64 {
    let (connection, action) = (task.connection.as_str(), task.action.as_str());
    hash(connection.bytes().chain([0]).chain(action.bytes()))
}

/// FNV-1a, 64 bits.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// The first point of a grid later than `now`, in whole milliseconds.
fn grid_after(every: Duration, now: Timestamp, seed: u64) -> Timestamp {
    let period = milliseconds(every);
    let (period, offset) = (i128::from(period), i128::from(seed % period));
    let steps = (i128::from(now.as_millisecond()) - offset).div_euclid(period) + 1;
    i64::try_from(offset + steps * period)
        .ok()
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .unwrap_or(Timestamp::MAX)
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.max(SHORTEST).as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn every(seconds: u64) -> Cadence {
        Cadence::Every(Duration::from_secs(seconds))
    }

    fn daily() -> Cadence {
        Cadence::Cron(CronLine::parse("0 6 * * *", "UTC").unwrap())
    }

    #[test]
    fn a_grid_is_offset_and_whole_intervals() {
        for (seconds, seed, now, next) in [
            (60, 0, "2026-05-05T10:00:00Z", "2026-05-05T10:01:00Z"),
            (60, 0, "2026-05-05T10:00:59.9999Z", "2026-05-05T10:01:00Z"),
            (60, 15_000, "2026-05-05T10:00:00Z", "2026-05-05T10:00:15Z"),
            (60, 15_000, "2026-05-05T10:00:15Z", "2026-05-05T10:01:15Z"),
            (60, 60_000 * 7 + 15_001, "2026-05-05T10:00:15Z", "2026-05-05T10:00:15.001Z"),
            (86_400, 3_600_000, "2026-05-05T10:00:00Z", "2026-05-06T01:00:00Z"),
            // A poll that ran over two ticks skips both.
            (60, 0, "2026-05-05T10:02:30Z", "2026-05-05T10:03:00Z"),
        ] {
            assert_eq!(
                every(seconds).next_after(at(now), seed),
                at(next),
                "{seconds} {seed} {now}"
            );
        }
    }

    #[test]
    fn at_a_start_what_is_overdue_runs_soon_and_the_rest_waits_for_its_tick() {
        let now = "2026-05-05T10:00:00Z";
        let (minute, second) = (every(60), every(1));
        for (cadence, last, seed, due) in [
            (&minute, None, 4_000, "2026-05-05T10:00:04Z"),
            (&minute, None, 14_000, "2026-05-05T10:00:04Z"),
            (&second, None, 14_250, "2026-05-05T10:00:00.25Z"),
            (&minute, Some("2026-05-05T09:59:40Z"), 30_000, "2026-05-05T10:00:30Z"),
            (&minute, Some("2026-05-05T09:00:00Z"), 34_000, "2026-05-05T10:00:04Z"),
            // The clock was set back by a year.
            (&minute, Some("2027-05-05T09:00:00Z"), 34_000, "2026-05-05T10:00:34Z"),
            (&daily(), None, 4_000, "2026-05-06T06:00:00Z"),
            (&daily(), Some("2026-05-05T06:00:01Z"), 4_000, "2026-05-06T06:00:00Z"),
            (&daily(), Some("2026-05-01T06:00:01Z"), 4_000, "2026-05-05T10:00:04Z"),
        ] {
            let seeds = Seeds { task: seed, connection: seed };
            let found = cadence.due_at_start(last.map(at), at(now), seeds);
            assert_eq!(found, at(due), "{cadence} {last:?} {seed}");
        }
    }

    #[test]
    fn what_is_overdue_of_one_connection_begins_together() {
        let now = at("2026-05-05T10:00:00Z");
        let due = |connection: &str, action: &str| {
            let task = TaskId { connection: connection.into(), action: action.into() };
            every(60).due_at_start(None, now, Seeds::of(&task))
        };
        assert_eq!(due("general", "appointments"), due("general", "orders"));
        assert_ne!(due("general", "appointments"), due("children", "appointments"));
    }

    #[test]
    fn starts_are_spread_over_the_interval() {
        let now = at("2026-05-05T10:00:00Z");
        let mut seconds = [0_u32; 60];
        for number in 0..6_000 {
            let connection = format!("hospital-{number}").as_str().into();
            let task = TaskId { connection, action: "appointments".into() };
            let wait = every(60).next_after(now, seed(&task)).duration_since(now);
            seconds[usize::try_from(wait.as_millis() - 1).unwrap() / 1000] += 1;
        }
        assert!(seconds.iter().all(|count| (50..200).contains(count)), "{seconds:?}");
    }

    #[test]
    fn a_seed_never_changes() {
        let task = TaskId { connection: "general".into(), action: "orders".into() };
        assert_eq!(seed(&task), 17_263_424_346_689_494_960);
    }

    #[test]
    fn nothing_overflows_at_the_ends_of_time() {
        let long = Cadence::Every(Duration::MAX);
        assert_eq!(long.next_after(Timestamp::MAX, u64::MAX), Timestamp::MAX);
        assert_eq!(every(1).next_after(Timestamp::MAX, 0), Timestamp::MAX);
        assert!(every(0).next_after(Timestamp::MIN, 7) > Timestamp::MIN);
        assert_eq!(daily().next_after(Timestamp::MAX, 0), Timestamp::MAX);
    }

    #[test]
    fn a_cadence_shows_and_knows_its_shortest_gap() {
        assert_eq!(every(90).to_string(), "every 1m30s");
        assert_eq!(daily().to_string(), "cron 0 6 * * * UTC");
        assert_eq!(every(90).fastest_period(), Duration::from_secs(90));
        assert_eq!(daily().fastest_period(), Duration::from_secs(86_400));
    }
}
