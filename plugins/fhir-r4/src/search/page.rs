//! One page as passes see it: whether it is all, in which order it is, what time it was.

use rounds_sdk::{Context, Failure, Response, Time};

use crate::{
    bundle::{Bundle, Record},
    cursor::{DAY, Pass, Position},
    instant::Moment,
    names::link::Link,
};

/// So much earlier than `Date` a Bundle may say that it was searched, in milliseconds.
const CACHED: i64 = 5 * 60 * 1000;

/// So much earlier than what is asked for the clock is that was put back, in milliseconds: those of
/// the machines of one server differ by less.
const PUT_BACK_BY: i64 = 2 * 60 * 1000;

/// So far off a clock is worth a word, in milliseconds.
const NOTABLE: i64 = 60 * 1000;

/// The end of a pass of which nobody knows whether it read all.
pub(super) const UNPROVEN: &str = "the EHR's pages moved while they were read, or showed fewer \
    records than it counts: what changed since is read again at each poll, until it is known to be \
    read whole";

/// An answer of which nothing is known.
pub(super) const WITHOUT_BODY: &str = "the EHR answers a search without a body (status 204 or \
    205), as if nothing had changed: what changed since is asked for again at each poll";
/// The end of finer times.
pub(super) const COARSE: &str = "the EHR refuses times with fractions of a second, though it shows \
    them: it is asked for whole seconds from now on";

/// Times that hide in which second something changed.
const MINUTES: &str = "the EHR gives times to the minute: what changed within one is asked for again \
    until that is over";

const UNSORTED: &str = "the EHR does not sort by _lastUpdated: where there is more than a page, its \
    links are followed, and followed again";
const UNBOUND: &str = "the EHR answers records that are older than asked for: it does not mind \
    _lastUpdated, so each poll reads everything, and what is older is left out here";
const ZONELESS: &str = "the EHR gives times without a zone, which say nothing here: such records \
    are read again at each poll";
const BEHIND: &str = "the EHR's clock is behind this host's by more than a minute";
const AHEAD: &str = "the EHR's clock is ahead of this host's by more than a minute";
/// What a search that asks for the future is followed by.
pub(super) const PUT_BACK: &str = "the EHR's clock was put back: what changed in the hour before, by \
    that clock, is read again";
const ASTRAY: &str = "the EHR's clock is more than a day from this host's, and not gone by";
/// What the page beyond has shown.
pub(super) const MISCOUNTS: &str = "the EHR's counts of records are wrong, and not gone by";

/// A page of a search.
#[derive(Clone)]
pub(super) struct View<'v, 'a> {
    pub(super) bundle: &'v Bundle<'a>,
    /// Where it goes on, if anywhere.
    next: Option<Link>,
    /// How many records were asked for.
    pub(super) count: u64,
    /// How many there are, where the server says so.
    pub(super) total: Option<u64>,
    /// From when was asked.
    pub(super) since: Option<Moment>,
    /// The server's clock when it searched, or before, where it says so and may be believed.
    pub(super) clock: Option<Time>,
    /// What changed later than this was not there when it searched, or has a wrong time.
    pub(super) ceiling: Time,
    /// Whether it said what is not to be believed.
    pub(super) is_astray: bool,
    /// What time it is by the host's clock.
    pub(super) now: Time,
}

impl<'v, 'a> View<'v, 'a> {
    pub(super) fn new(
        context: &Context,
        (position, count): (&Position, u64),
        bundle: &'v Bundle<'a>,
        next: Option<Link>,
        answer: &Response,
    ) -> Result<Self, Failure> {
        let now = Time::parse(&context.now)?;
        // A link that cannot be followed is not needed where all that there are is shown.
        let goes_on = matches!(&position.pass, Some(Pass::Round(round)) if round.next.is_some());
        let is_all = !goes_on && bundle.total() == Some(bundle.shown() as u64);
        let next = next.filter(|next| next.is_ok() || !is_all);
        let said = clock(bundle, answer);
        let is_near = |clock: &Time| clock.millis_since(now).abs() <= DAY;
        let clock = said.filter(is_near);
        let latest = now.minus_millis(-DAY);
        Ok(Self {
            bundle,
            next,
            count,
            total: bundle.total(),
            since: position.from()?,
            clock,
            ceiling: clock.map_or(latest, end_of),
            is_astray: said.is_some_and(|said| !is_near(&said)),
            now,
        })
    }

    /// Whether there is no record on it.
    pub(super) fn is_empty(&self) -> bool {
        self.bundle.shown() == 0
    }

    /// What a link leads to, where one can be followed.
    pub(super) fn next(&self) -> Option<&String> {
        self.next.as_ref().and_then(|next| next.as_ref().ok())
    }

    /// Why a link that there is cannot be followed.
    pub(super) fn astray(&self) -> Option<&str> {
        self.next.as_ref().and_then(|next| next.as_ref().err()).map(String::as_str)
    }

    /// Where it goes on, as far as it says.
    pub(super) fn link(&self) -> Option<&Link> {
        self.next.as_ref()
    }

    /// The same page, going on there.
    pub(super) fn with_next(&self, next: Option<Link>) -> Self {
        Self { next, ..self.clone() }
    }

    /// Whether it says that there is more.
    pub(super) fn is_linked(&self) -> bool {
        self.next.is_some()
    }

    /// What time it is: by the server's clock, or where that is not known by the host's.
    pub(super) fn present(&self) -> Time {
        self.clock.unwrap_or(self.now)
    }

    /// How many records it shows.
    pub(super) fn shown(&self) -> u64 {
        self.bundle.shown() as u64
    }

    /// Whether it shows all there is.
    pub(super) fn is_all(&self) -> bool {
        let is_short = self.total.is_some_and(|total| total > self.shown());
        self.next.is_none() && (self.is_empty() || self.shown() < self.count && !is_short)
    }

    /// Whether a larger page may help.
    pub(super) fn may_grow(&self) -> bool {
        self.shown() >= self.count && self.count < super::LARGEST
    }

    /// How large a larger one is.
    pub(super) fn grown(&self) -> u64 {
        let wanted = self.total.unwrap_or(self.count * 10);
        wanted.max(self.count * 2).min(super::LARGEST)
    }

    /// The times of the page in its order, oldest first, where it is in that order. What changed
    /// after `before` may stand where it stood earlier, and is passed over.
    pub(super) fn in_order(&self, before: Option<Time>) -> Option<Vec<&'v Moment>> {
        if self.is_unbound() {
            return None;
        }
        let times: Vec<&Moment> = self.times().collect();
        if is_sorted(&times) {
            return Some(times);
        }
        let before = before.or(self.clock)?;
        let times: Vec<_> = times.into_iter().filter(|time| time.time() <= before).collect();
        is_sorted(&times).then_some(times)
    }

    /// The newest time of these that is no later than the server's clock, as what is later is a
    /// mistake, or was not there when the search began.
    pub(super) fn newest<'m>(&self, times: impl Iterator<Item = &'m Moment>) -> Option<&'m Moment> {
        times.filter(|time| time.time() <= self.ceiling).max_by_key(|time| time.time())
    }

    /// The times of the page's records, as far as they have any.
    pub(super) fn times(&self) -> impl Iterator<Item = &'v Moment> + use<'v> {
        self.bundle.records.iter().filter_map(|record| record.time.as_ref())
    }

    /// No time that is later can be right.
    pub(super) fn latest(&self) -> Time {
        self.now.minus_millis(-DAY)
    }

    /// From when the next pass is to ask, where this is the newest time known: from that time
    /// while it may gain siblings, then from the next.
    pub(super) fn after(&self, newest: Option<&Moment>) -> Option<Moment> {
        let newest = newest?;
        let is_known = self.since.as_ref().is_some_and(|since| since.time() > newest.time());
        let is_over = newest.next().time() <= self.clock.unwrap_or(self.now.minus_millis(DAY));
        match (is_known, is_over) {
            (true, _) => None,
            (false, true) => Some(newest.next()),
            (false, false) => Some(newest.clone()),
        }
    }

    /// Whether a record is as new as was asked for, or doesn't say.
    pub(super) fn is_asked_for(&self, record: &Record) -> bool {
        match (&record.time, &self.since) {
            (Some(time), Some(since)) => time.next().time() > since.time(),
            _ => true,
        }
    }

    fn is_unbound(&self) -> bool {
        self.bundle.records.iter().any(|record| !self.is_asked_for(record))
    }

    /// How far the server's clock is behind the host's, where a first poll has to mind.
    pub(super) fn behind(&self) -> Option<i64> {
        Some(self.now.millis_since(self.clock?)).filter(|behind| *behind > super::SKEW)
    }

    /// From when to ask anew, where the server's clock was put back: what it writes now is older
    /// than what is asked for.
    pub(super) fn put_back(&self) -> Option<Time> {
        let (since, clock) = (self.since.as_ref()?.time(), self.clock?);
        let by = Some(since.millis_since(clock)).filter(|by| *by > PUT_BACK_BY)?;
        Some(clock.minus_millis(by.max(super::HOUR)))
    }

    /// From when to ask anew, where the server gives times to the minute: it knows nothing that
    /// changed after a second within one.
    pub(super) fn within_a_minute(&self, position: &Position) -> Option<Moment> {
        let since = self.since.as_ref().filter(|_| position.pass.is_none())?;
        let minute = Moment::minute_of(since.time());
        let is_within = minute.time() < since.time() && self.times().any(Moment::is_to_the_minute);
        is_within.then_some(minute)
    }

    /// The server's clock as a cursor keeps it.
    pub(super) fn clock_text(&self) -> Option<String> {
        self.clock.map(|clock| clock.to_string())
    }

    /// What a user should know.
    pub(super) fn notices(&self, position: &Position) -> Vec<String> {
        let ahead = self.clock.map_or(0, |clock| clock.millis_since(self.now));
        let is_linked = matches!(&position.pass, Some(Pass::Round(round)) if round.next.is_some());
        let is_unbound = self.is_unbound()
            || self.bundle.warns_of_time
            || !is_linked && self.since.is_some() && self.forgets_the_bound();
        let is_ordered = self.is_all()
            || matches!(position.pass, Some(Pass::Proof(_) | Pass::Round(_)))
            || self.times().count() < 2
            || self.in_order(None).is_some();
        let found = [
            (ahead < -NOTABLE, BEHIND),
            (ahead > NOTABLE, AHEAD),
            (self.is_astray, ASTRAY),
            (is_unbound, UNBOUND),
            (!is_unbound && !is_ordered, UNSORTED),
            (self.bundle.records.iter().any(|record| record.is_zoneless), ZONELESS),
            (self.times().any(Moment::is_to_the_minute), MINUTES),
        ];
        found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, says)| says.to_owned()).collect()
    }

    /// Whether the server says itself that it searched for something else.
    fn forgets_the_bound(&self) -> bool {
        let this = self.bundle.this.as_deref();
        this.is_some_and(|this| this.contains('?') && !this.contains("_lastUpdated="))
    }
}

fn is_sorted(times: &[&Moment]) -> bool {
    times.is_sorted_by_key(|time| time.time())
}

/// The end of a clock's reading: `Date` is cut to the second.
fn end_of(clock: Time) -> Time {
    if clock == clock.floor_to_second() { clock.minus_millis(-999) } else { clock }
}

/// The server's clock when it searched: what the Bundle says, unless that is long ago, else `Date`.
fn clock(bundle: &Bundle, answer: &Response) -> Option<Time> {
    let date = answer.header("date").and_then(Time::from_http);
    let searched = bundle.searched.as_ref().map(Moment::time);
    match (searched, date) {
        (Some(searched), Some(date)) => {
            let age = date.millis_since(searched);
            Some(if (-1_000..=CACHED).contains(&age) { searched } else { date })
        }
        (searched, date) => searched.or(date),
    }
}
