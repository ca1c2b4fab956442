//! What a server may say or do that is not so: a lie a file, each a small type that bends one part
//! of an honest server.

pub(super) mod cache;
pub(super) mod capped;
pub(super) mod coarse_questions;
pub(super) mod coarse_times;
pub(super) mod contents_of_now;
pub(super) mod drafts;
pub(super) mod ended_names;
pub(super) mod flaky_lookups;
pub(super) mod flaky_receiver;
pub(super) mod foreign_links;
pub(super) mod full_page;
pub(super) mod gone_pages;
pub(super) mod hidden;
pub(super) mod late;
pub(super) mod link_paths;
pub(super) mod long_urls;
pub(super) mod merges;
pub(super) mod moving_patients;
pub(super) mod mute;
pub(super) mod needless_links;
pub(super) mod no_next;
pub(super) mod odd_answers;
pub(super) mod odd_envelope;
pub(super) mod odd_names;
pub(super) mod odd_receiver;
pub(super) mod odd_records;
pub(super) mod odd_text;
pub(super) mod offset;
pub(super) mod offsets;
pub(super) mod one_version;
pub(super) mod other_names;
pub(super) mod outage;
pub(super) mod picky;
pub(super) mod put_back;
pub(super) mod reading_time;
pub(super) mod redirects;
pub(super) mod refused_patient;
pub(super) mod refusing_receiver;
pub(super) mod release_5;
pub(super) mod several_patients;
pub(super) mod short_pages;
pub(super) mod sign_in;
pub(super) mod skew;
pub(super) mod transactions;
pub(super) mod unfiltered;
pub(super) mod unsorted;
pub(super) mod unsteady;
pub(super) mod versions;
pub(super) mod wrong_total;

use rounds::egress::{Answered, Carried};
use serde_json::Value;

use super::{
    plan::Plan,
    receiver::Told,
    record::{Draft, Kind, Record, State},
    server::{Asked, Bundle, Found, Query, Write},
};
use crate::support::chance::Chance;

/// When a lie is told.
pub(super) struct Moment<'a> {
    pub(super) now: i64,
    /// How far the server's clock is ahead now.
    pub(super) ahead: i64,
    pub(super) chance: &'a mut Chance,
}

/// What is right for a record of a server that lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expected {
    /// Its last state is told.
    Told,
    /// Nobody can read it: it becomes one dead letter, or its task is told of in a notice.
    Buried,
    /// Both would be right.
    Either,
    /// It is refused for ever by who should hear of it.
    Refused,
}

/// A lie. All that it leaves as it is stays honest.
pub(super) trait Lie: Send {
    fn name(&self) -> &'static str;

    /// Makes of a world what the lie needs, before it begins.
    fn plans(&mut self, _plan: &mut Plan, _chance: &mut Chance) {}

    /// As a state is written, before anybody sees it.
    fn writes(&mut self, _record: &Record, _state: &mut State, _moment: &mut Moment) {}

    /// What happens to be written right before an answer.
    fn meddles(&mut self, _asked: &Asked, _records: &[Record], _moment: &mut Moment) -> Vec<Write> {
        Vec::new()
    }

    /// Another answer in place of the server's.
    fn answers(&mut self, _asked: &Asked, _moment: &mut Moment) -> Option<Answered> {
        None
    }

    /// What the server understands of a search.
    fn understands(&mut self, _query: &mut Query) {}

    /// What it finds, in which order.
    fn orders(
        &mut self,
        _query: &Query,
        _records: &[Record],
        _found: &mut Vec<Found>,
        _moment: &mut Moment,
    ) {
    }

    /// A page, with its entries.
    fn pages(&mut self, _bundle: &mut Bundle, _moment: &mut Moment) {}

    /// A record of a page.
    fn shows(&mut self, _record: &Record, _shown: &mut Value, _moment: &mut Moment) {}

    /// A record that is looked up.
    fn found(&mut self, _record: &Record, _shown: &mut Value, _moment: &mut Moment) {}

    /// Whatever is answered.
    fn sends(&mut self, _asked: &Asked, _answered: &mut Answered, _moment: &mut Moment) {}

    /// What a receiver answers to a notification, which it takes with a status of 2xx.
    fn hears(&mut self, _told: &Told, _moment: &mut Moment) -> Option<Answered> {
        None
    }

    /// What is answered to who asks for a token.
    fn issues(&mut self, _request: &Carried, _moment: &mut Moment) -> Option<Answered> {
        None
    }

    /// How far the server's clock is ahead of the time.
    fn ehr_clock(&self, _now: i64) -> i64 {
        0
    }

    /// The same of the host's.
    fn host_clock(&self, _now: i64) -> i64 {
        0
    }

    /// Whether pages are counted off from what there is as each is asked for.
    fn pages_live(&self) -> bool {
        false
    }

    /// Whether a page of an older search shows records as they are now.
    fn shows_now(&self) -> bool {
        false
    }

    /// What is right for a record.
    fn expects(&self, _record: &Record) -> Expected {
        Expected::Told
    }

    /// When it could be told at the earliest what was seen of a record at a time.
    fn ends(&self, _record: &Record, seen: i64) -> i64 {
        seen
    }

    /// How far from the world's the server's idea of the beginning may be.
    fn blurs(&self) -> i64 {
        0
    }

    /// Records that a page has at most.
    fn most_a_page(&self) -> usize {
        usize::MAX
    }

    /// How much longer a world has to last for it.
    fn outlasts(&self) -> i64 {
        0
    }

    /// Whether what it does makes an idle poll cost more than one request.
    fn is_dear(&self) -> bool {
        false
    }

    /// How often a page is asked for until it is had, at most.
    fn asks(&self) -> i64 {
        1
    }

    /// How much longer than an honest server's it may take.
    fn grace(&self) -> i64 {
        0
    }
}

/// A way to draw a lie.
pub(super) type Draw = fn(&mut Chance) -> Box<dyn Lie>;

/// All of them, by name.
pub(super) const ALL: &[(&str, Draw)] = &[
    ("cache", cache::draw),
    ("capped", capped::draw),
    ("coarse times", coarse_times::draw),
    ("contents of now", contents_of_now::draw),
    ("flaky lookups", flaky_lookups::draw),
    ("flaky receiver", flaky_receiver::draw),
    ("full page", full_page::draw),
    ("gone pages", gone_pages::draw),
    ("hidden", hidden::draw),
    ("late", late::draw),
    ("moving patients", moving_patients::draw),
    ("mute", mute::draw),
    ("no next", no_next::draw),
    ("odd envelope", odd_envelope::draw),
    ("odd records", odd_records::draw),
    ("offset", offset::draw),
    ("one version", one_version::draw),
    ("outage", outage::draw),
    ("reading time", reading_time::draw),
    ("refused patient", refused_patient::draw),
    ("refusing receiver", refusing_receiver::draw),
    ("short pages", short_pages::draw),
    ("skew", skew::draw),
    ("transactions", transactions::draw),
    ("unfiltered", unfiltered::draw),
    ("unsorted", unsorted::draw),
    ("unsteady", unsteady::draw),
    ("versions", versions::draw),
    ("wrong total", wrong_total::draw),
    ("coarse questions", coarse_questions::draw),
    ("drafts", drafts::draw),
    ("ended names", ended_names::draw),
    ("foreign links", foreign_links::draw),
    ("link paths", link_paths::draw),
    ("long urls", long_urls::draw),
    ("merges", merges::draw),
    ("needless links", needless_links::draw),
    ("no fractions", coarse_questions::draw_none),
    ("odd answers", odd_answers::draw),
    ("odd names", odd_names::draw),
    ("odd receiver", odd_receiver::draw),
    ("odd sign-in", sign_in::draw_odd),
    ("odd text", odd_text::draw),
    ("offsets", offsets::draw),
    ("other names", other_names::draw),
    ("picky", picky::draw),
    ("redirecting receiver", redirects::draw_receiver),
    ("redirects", redirects::draw_server),
    ("release 5", release_5::draw),
    ("several patients", several_patients::draw),
    ("sign-in", sign_in::draw),
    ("host put back", put_back::draw_host),
    ("server put back", put_back::draw_server),
];

/// Of each of these groups, one: they say different things of the same.
const ONE_OF: &[&[&str]] = &[
    &["other names", "odd names", "foreign links", "needless links", "redirects"],
    &["link paths", "odd names", "foreign links", "needless links"],
    &["sign-in", "odd sign-in"],
    // Waits grow with each failure, and more fail together.
    &["odd answers", "redirects", "outage"],
    &["coarse questions", "no fractions", "offsets", "coarse times", "reading time"],
    &["several patients", "odd records", "release 5"],
    &["several patients", "moving patients"],
];

/// Pairs that leave nobody a way to know.
const NOT_TOGETHER: &[(&str, &str)] = &[
    // Fewer than were asked for, without a link or a count.
    ("full page", "capped"),
    ("full page", "short pages"),
    ("no next", "short pages"),
    ("no next", "capped"),
    // Together they are a full page, or worse.
    ("no next", "mute"),
    ("no next", "wrong total"),
    // Fewer than are counted, and no time from which to ask for the others.
    ("versions", "wrong total"),
    // The same pages whatever is asked for, and never all of them.
    ("unsteady", "capped"),
    ("unsteady", "short pages"),
    ("unsteady", "no next"),
    // As those without a link, for who may not follow it.
    ("foreign links", "short pages"),
    ("foreign links", "capped"),
    ("foreign links", "mute"),
    ("foreign links", "wrong total"),
    ("foreign links", "unsteady"),
    ("foreign links", "unsorted"),
    // Nothing says that a link is not needed.
    ("needless links", "mute"),
    ("needless links", "full page"),
    ("needless links", "no next"),
    ("needless links", "wrong total"),
    // Nothing says that a record changed.
    ("one version", "reading time"),
    // All that there is seems to have changed now.
    ("unfiltered", "reading time"),
    // All that a sweep sees seems to be so new that the feed is to tell of it.
    ("hidden", "reading time"),
];

/// One to three lies that may stand together.
pub(super) fn draw(chance: &mut Chance) -> Vec<Box<dyn Lie>> {
    let mixed = ALL;
    let many = chance.between(1, 3);
    let mut drawn: Vec<Box<dyn Lie>> = Vec::new();
    for _ in 0..many {
        let (name, draw) = mixed[chance.below(mixed.len() as u64) as usize];
        let lie = draw(chance);
        if drawn.iter().all(|other| go_together(other.name(), name)) {
            drawn.push(lie);
        }
    }
    need_links(&mut drawn, chance);
    drawn
}

/// Lies about links, which are told to nobody who needs none.
const OF_LINKS: &[&str] = &["link paths", "odd names", "other names"];

/// Where lies are about links, shows pages of few in no order beside, so that these have to be
/// followed.
pub(super) fn need_links(drawn: &mut Vec<Box<dyn Lie>>, chance: &mut Chance) {
    if !drawn.iter().any(|lie| OF_LINKS.contains(&lie.name())) || chance.happens(0.5) {
        return;
    }
    for (name, draw) in ALL.iter().filter(|(name, _)| ["capped", "unsorted"].contains(name)) {
        if drawn.iter().all(|other| go_together(other.name(), name)) {
            drawn.push(draw(chance));
        }
    }
}

fn go_together(one: &str, other: &str) -> bool {
    let is = |pair: &(&str, &str)| *pair == (one, other) || *pair == (other, one);
    let has_both = |group: &&[&str]| group.contains(&one) && group.contains(&other);
    one != other && !NOT_TOGETHER.iter().any(is) && !ONE_OF.iter().any(has_both)
}

/// A record that says something else from now on.
fn touched(record: &Record, at: i64) -> Write {
    let draft = record.last().map(|state| state.draft.clone());
    let draft = draft.unwrap_or_else(|| Draft::new(record.kind, None));
    Write { at, late: 0, kind: record.kind, id: record.id.clone(), draft }
}
