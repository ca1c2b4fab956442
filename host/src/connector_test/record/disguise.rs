//! A recording's setup and answers, with everything in them replaced that may be somebody's.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;
use url::Url;

use super::{
    Options,
    answers::Answers,
    clock::Epoch,
    draw::Draw,
    origins::{self, Origins},
    pseudonyms::{Hint, Pseudonyms},
    scan::{self, Piece},
    structure::{OF_LINKS, Structure},
    tape::Exchanged,
};
use crate::{
    connector::Connector,
    connector_test::{drive::Setup, scenario::BASE_URL},
    egress::Response,
};

/// What is known before anything is replaced.
pub(super) struct Disguise<'o> {
    options: &'o Options,
    structure: Structure,
    /// Words of paths that are nobody's, in small letters.
    pub(super) paths: HashSet<String>,
    /// Segments of paths that the connector declares by name.
    pub(super) named: HashSet<String>,
}

/// A recording in disguise.
pub(super) struct Disguised<'d> {
    pub(super) setup: Setup,
    /// When each poll begins.
    pub(super) times: Vec<Timestamp>,
    pub(super) answers: Vec<Response>,
    /// What was replaced, and by what.
    pub(super) masks: Answers<'d>,
}

impl<'o> Disguise<'o> {
    /// What is nobody's: what the connector's manifest and the user's settings say, and what the
    /// connector asked before it had an answer.
    pub(super) fn new(connector: &Connector, options: &'o Options, tape: &[Exchanged]) -> Self {
        let named = named(connector);
        let first = tape.first().map(|first| first.asked.text.as_str()).unwrap_or_default();
        let base = scan::tokens(options.setup.base_url.path());
        let base = base.filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
        let paths = named.iter().flat_map(|segment| scan::tokens(segment));
        let paths = paths.chain(scan::tokens(first)).chain(base);
        let paths = paths.filter(|word| word.contains(char::is_alphabetic));
        let paths = paths.chain(scan::tokens(BASE_URL)).chain(scan::tokens(origins::SECOND));
        let paths = paths.chain(OF_LINKS.iter().map(|word| (*word).to_owned())).collect();
        let mut own = named.clone();
        texts(&options.setup.settings, &mut own);
        own.extend(values(first));
        own.retain(|text| !is_a_number_or_date(text));
        let manifest = connector.manifest();
        let action = manifest.action(&options.setup.action);
        let structure = Structure {
            keep: options.keep.iter().cloned().collect(),
            replace: options.replace.iter().cloned().collect(),
            own,
            record_time: action.and_then(|action| action.record_time.clone()),
            reads_headers: manifest.reads_headers.iter().cloned().collect(),
        };
        Self { options, structure, paths, named }
    }

    /// Replaces all: once to see what there is, then by pseudonyms that are none of it.
    pub(super) fn put_on(&self, tape: &[Exchanged], times: &[Timestamp]) -> Disguised<'_> {
        let first = Draw::apart_from(&HashSet::new());
        let seen = self.mask(tape, times, &first, HashSet::new()).masks.pseudonyms;
        let mut dates = seen.dates;
        dates.extend(times.iter().map(|time| time.to_zoned(TimeZone::UTC).date()));
        self.mask(tape, times, &Draw::apart_from(&dates), seen.words)
    }

    fn mask(
        &self,
        tape: &[Exchanged],
        times: &[Timestamp],
        draw: &Draw,
        avoid: HashSet<String>,
    ) -> Disguised<'_> {
        let Setup { action, settings, base_url, allow_origins, since } = &self.options.setup;
        let epoch = Epoch(times.first().copied().unwrap_or(*since));
        let pseudonyms = Pseudonyms::new(draw, epoch, self.paths.clone(), avoid);
        let origins = Origins::of(base_url, allow_origins);
        let mut masks = Answers::new(pseudonyms, &self.structure, origins.clone());
        let answers = tape.iter().map(|exchanged| masks.response(&exchanged.answer)).collect();
        let hint = Hint { link: true, ..Hint::default() };
        let path = masks.pseudonyms.text(base_url.path().trim_end_matches('/'), hint);
        let base_url = Url::parse(&format!("{BASE_URL}{path}"));
        let setup = Setup {
            action: action.clone(),
            settings: self.settings(settings, &origins, draw.days),
            base_url: base_url.unwrap_or_else(|_| self.options.setup.base_url.clone()),
            allow_origins: allow_origins.iter().filter_map(|it| origins.instead(it)).collect(),
            since: later(*since, draw.days),
        };
        let times = times.iter().map(|time| later(*time, draw.days)).collect();
        Disguised { setup, times, answers, masks }
    }

    /// Settings are the user's and stay, but dates move as all do, and the EHR is elsewhere.
    fn settings(&self, settings: &Value, origins: &Origins, days: i32) -> Value {
        match settings {
            Value::String(text) => {
                let pieces = scan::pieces(text).into_iter().map(|piece| match piece {
                    Piece::Date(written) => written.shifted(days),
                    piece => piece.text(),
                });
                origins.replaced(&pieces.collect::<String>(), &mut str::to_owned).into()
            }
            Value::Array(items) => {
                items.iter().map(|item| self.settings(item, origins, days)).collect()
            }
            Value::Object(entries) => entries
                .iter()
                .map(|(key, value)| (key.clone(), self.settings(value, origins, days)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// A time so many days later.
fn later(time: Timestamp, days: i32) -> Timestamp {
    time.checked_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(time)
}

/// The segments that a manifest's requests name.
fn named(connector: &Connector) -> HashSet<String> {
    let requests = connector.manifest().requests.iter();
    let segments = requests.flat_map(|request| request.split(['/', ' ']).skip(1));
    segments.filter(|segment| !segment.contains('*')).map(str::to_owned).collect()
}

/// The strings of settings, keys included.
fn texts(settings: &Value, to: &mut HashSet<String>) {
    match settings {
        Value::String(text) => drop(to.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, to)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            to.insert(key.clone());
            texts(value, to);
        }),
        _ => {}
    }
}

/// The values of a request's query.
fn values(request: &str) -> Vec<String> {
    let query = request.split_once('?').map(|(_, query)| query).unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

/// What may be somebody's all the same, as an identifier.
fn is_a_number_or_date(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_number = text.chars().all(|letter| !letter.is_alphabetic());
    is_number || digits >= 4 || scan::dates(text).next().is_some() || text.is_empty()
}
