//! Cron lines in a time zone.
//!
//! Where clocks go forward, a line whose minute does not exist that day runs as soon as they have
//! gone, unless it runs again within the hour anyway: a poll once a day must not wait for two.
//! Where clocks go back, a minute that comes twice runs twice, which costs a poll.

use std::{fmt, sync::Arc, time::Duration};

use cronexpr::{Crontab, MakeTimestamp};
use jiff::{Timestamp, tz::TimeZone};

/// From where a line's ticks are looked at when it is read: any winter day does.
const REFERENCE: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// Later than this, lines have no ticks: the end of the year 9989.
const LAST: Timestamp = Timestamp::constant(253_086_681_600, 0);

/// How many ticks are looked at for the shortest gap.
const LOOK_AHEAD: usize = 20;

/// Five fields (minute, hour, day of month, month, day of week) and a time zone.
#[derive(Clone)]
pub struct CronLine(Arc<Line>);

struct Line {
    text: String,
    zone: String,
    time_zone: TimeZone,
    /// Its ticks in the time zone.
    ticks: Crontab,
    /// Its ticks as a clock without any time zone would show them.
    clock: Crontab,
}

/// Why a text is no cron line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not five fields.
    #[error(
        "a cron line has five fields (minute, hour, day of month, month, day of week), \
         this one has {0}"
    )]
    Fields(usize),
    /// A field that cannot be read.
    #[error("`{line}` is no cron line: {reason}")]
    Field {
        /// As it was written.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// As the 30th of February.
    #[error("`{0}` never comes")]
    Never(String),
    /// A time zone that the IANA database doesn't know.
    #[error("unknown time zone `{zone}`{}", did_you_mean(.nearest.as_deref()))]
    TimeZone {
        /// As it was written.
        zone: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

impl CronLine {
    /// Reads a line of five fields, for a time zone by its IANA name.
    ///
    /// # Errors
    /// Where either cannot be read, or the line has no tick within four years.
    pub fn parse(text: &str, zone: &str) -> Result<Self, Error> {
        let time_zone = TimeZone::get(zone).map_err(|_| unknown_zone(zone))?;
        let line = Line {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            zone: zone.to_owned(),
            time_zone,
            ticks: crontab(text, zone)?,
            clock: crontab(text, "UTC")?,
        };
        tick(&line.clock, REFERENCE).ok_or_else(|| Error::Never(line.text.clone()))?;
        Ok(Self(Arc::new(line)))
    }

    /// The first tick later than `now`; the end of time where there is none for years.
    pub fn next_after(&self, now: Timestamp) -> Timestamp {
        let next = tick(&self.0.ticks, now).unwrap_or(Timestamp::MAX);
        self.jumped(now, next).unwrap_or(next)
    }

    /// The shortest of the next gaps between two ticks.
    pub fn shortest_gap(&self) -> Duration {
        let clock = &self.0.clock;
        let ticks = std::iter::successors(tick(clock, REFERENCE), |last| tick(clock, *last));
        let ticks: Vec<Timestamp> = ticks.take(LOOK_AHEAD).collect();
        let gaps = ticks.iter().zip(ticks.iter().skip(1));
        let gaps = gaps.map(|(first, second)| second.duration_since(*first).unsigned_abs());
        gaps.min().unwrap_or(Duration::MAX)
    }

    /// When clocks jump forward over one of its ticks between `now` and a `next` that is no
    /// nearer to the jump than the jump is wide.
    fn jumped(&self, now: Timestamp, next: Timestamp) -> Option<Timestamp> {
        let zone = &self.0.time_zone;
        let changes = zone.following(now).map(|change| change.timestamp());
        changes.take_while(|change| *change < next).find(|change| {
            self.jump(*change).is_some_and(|wide| {
                let wait = next.duration_since(*change).unsigned_abs();
                wait >= wide
            })
        })
    }

    /// How far the clocks jump forward at a change, if over a tick.
    fn jump(&self, change: Timestamp) -> Option<Duration> {
        let just_before = change.checked_sub(Duration::from_secs(1)).ok()?;
        let offset = |at| self.0.time_zone.to_offset(at).seconds();
        let (before, after) = (offset(just_before), offset(change));
        let shown = |offset: i32| Timestamp::from_second(change.as_second() + i64::from(offset));
        // The tick may be the very minute at which the clocks jump, so look from before it.
        let from = shown(before - 1).ok()?;
        let over = tick(&self.0.clock, from)? < shown(after).ok()?;
        let wide = u64::try_from(after - before).ok()?;
        over.then(|| Duration::from_secs(wide))
    }
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text && self.0.zone == other.0.zone
    }
}

impl Eq for CronLine {}

impl fmt::Debug for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CronLine({self})")
    }
}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.text, self.0.zone)
    }
}

fn crontab(text: &str, zone: &str) -> Result<Crontab, Error> {
    let fields = text.split_whitespace().count();
    if fields != 5 {
        return Err(Error::Fields(fields));
    }
    cronexpr::parse_crontab(&format!("{text} {zone}")).map_err(|error| {
        let told = error.to_string();
        // The library draws the line with a caret below; what is wrong follows the caret.
        let reason = told.rsplit_once("^ ").map_or(told.as_str(), |(_, reason)| reason);
        Error::Field { line: text.to_owned(), reason: reason.to_owned() }
    })
}

fn tick(crontab: &Crontab, after: Timestamp) -> Option<Timestamp> {
    // The library looks four years ahead, and panics where there are none.
    if after > LAST {
        return None;
    }
    crontab.find_next(MakeTimestamp(after)).ok().map(|tick| tick.timestamp())
}

fn unknown_zone(zone: &str) -> Error {
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    // Whoever writes `Berlin` means the city of a region.
    let city = |name: &str| name.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    let near = |name: &&String| {
        strsim::jaro_winkler(name, zone).max(strsim::jaro_winkler(&city(name), zone))
    };
    let nearest = known.iter().max_by(|one, other| near(one).total_cmp(&near(other)));
    let nearest = nearest.filter(|name| near(name) > 0.8).cloned();
    Error::TimeZone { zone: zone.to_owned(), nearest }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn next(line: &str, zone: &str, now: &str) -> String {
        CronLine::parse(line, zone).unwrap().next_after(now.parse().unwrap()).to_string()
    }

    #[test]
    fn a_line_ticks_in_its_time_zone() {
        for (line, zone, now, tick) in [
            ("0 6 * * *", "UTC", "2026-05-05T05:59:59Z", "2026-05-05T06:00:00Z"),
            ("0 6 * * *", "UTC", "2026-05-05T06:00:00Z", "2026-05-06T06:00:00Z"),
            ("0 6 * * *", "Europe/Berlin", "2026-01-05T00:00:00Z", "2026-01-05T05:00:00Z"),
            ("0 6 * * *", "Europe/Berlin", "2026-07-05T00:00:00Z", "2026-07-05T04:00:00Z"),
            ("*/15 8-17 * * MON-FRI", "UTC", "2026-05-09T00:00:00Z", "2026-05-11T08:00:00Z"),
        ] {
            assert_eq!(next(line, zone, now), tick, "{line} {zone} {now}");
        }
    }

    #[test]
    fn a_tick_that_the_clock_jumps_over_runs_when_it_has_jumped() {
        // In Berlin, 2:00 becomes 3:00 on 2026-03-29 at 01:00 UTC.
        for (line, now, tick) in [
            ("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("0 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            ("0 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
            ("30 1 * * *", "2026-03-29T00:30:00Z", "2026-03-29T23:30:00Z"),
            // Within the hour it runs anyway.
            ("5 * * * *", "2026-03-29T00:05:00Z", "2026-03-29T01:05:00Z"),
            ("*/10 * * * *", "2026-03-29T00:50:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(next(line, "Europe/Berlin", now), tick, "{line} {now}");
        }
    }

    #[test]
    fn a_minute_that_comes_twice_runs_twice() {
        // In Berlin, 3:00 becomes 2:00 on 2026-10-25 at 01:00 UTC.
        let first = next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z");
        assert_eq!(first, "2026-10-25T00:30:00Z");
        assert_eq!(next("30 2 * * *", "Europe/Berlin", &first), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn the_shortest_gap_is_that_of_two_ticks() {
        for (line, seconds) in [
            ("* * * * *", 60),
            ("*/7 * * * *", 240),
            ("0 0,1 * * *", 3600),
            ("0 6 * * 1", 7 * 86_400),
            ("0-1 6 1 1 *", 60),
        ] {
            let line = CronLine::parse(line, "UTC").unwrap();
            assert_eq!(line.shortest_gap(), Duration::from_secs(seconds), "{line}");
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for (line, zone, message) in [
            (
                "",
                "UTC",
                "a cron line has five fields (minute, hour, day of month, month, day of week), this one has 0",
            ),
            (
                "0 6 * * * UTC",
                "UTC",
                "a cron line has five fields (minute, hour, day of month, month, day of week), this one has 6",
            ),
            (
                "0 25 * * *",
                "UTC",
                "`0 25 * * *` is no cron line: value must be in range 0..=23; found 25",
            ),
            ("x 5 * * *", "UTC", "`x 5 * * *` is no cron line: malformed expression"),
            ("0 0 30 2 *", "UTC", "`0 0 30 2 *` never comes"),
            (
                "0 6 * * *",
                "Europe/Berln",
                "unknown time zone `Europe/Berln`; did you mean `Europe/Berlin`?",
            ),
            ("0 6 * * *", "Berlin", "unknown time zone `Berlin`; did you mean `Europe/Berlin`?"),
            ("0 6 * * *", "?", "unknown time zone `?`"),
        ] {
            let error = CronLine::parse(line, zone).unwrap_err().to_string();
            assert_eq!(error, message, "{line}");
        }
    }
}
