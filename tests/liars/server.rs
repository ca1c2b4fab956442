//! A FHIR server in memory: honest by itself, and bent by whatever lies a world has.

mod bundle;
mod query;

use std::collections::VecDeque;

use bytes::Bytes;
use rounds::egress::{Answered, Carried};
use serde_json::{Value, json};

pub(super) use self::{bundle::Bundle, query::Query};
use super::{
    chronicle::date,
    lies::{Lie, Moment},
    record::{Draft, Kind, Record, State},
};

/// Where it is, without a slash at the end.
pub(super) const BASE: &str = "http://ehr.sim/fhir";

/// Something that a client writes: a new state of a record, which may be its first.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) at: i64,
    /// How long after that everybody sees it, as it is part of something slow.
    pub(super) late: i64,
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) draft: Draft,
}

/// A state of a record, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) record: usize,
    pub(super) state: usize,
}

/// What somebody asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The path below the base.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
}

/// What there is, and who will write what.
#[derive(Default)]
pub(super) struct Server {
    pub(super) records: Vec<Record>,
    script: VecDeque<Write>,
    /// Searches whose pages are being read.
    searches: Vec<(Query, Vec<Found>)>,
}

impl Asked {
    pub(super) fn of(request: &Carried) -> Self {
        let path = request.url.path().strip_prefix("/fhir").unwrap_or_default().to_owned();
        let query = request.url.query_pairs().map(|(name, value)| (name.into(), value.into()));
        Self { path, query: query.collect(), headers: request.headers.clone() }
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, wanted: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// Whether it begins a search of records.
    pub(super) fn is_search(&self) -> bool {
        Kind::of_resource(self.path.trim_start_matches('/')).is_some() && self.page() == 0
    }

    /// The record that is looked up, as `Type/id`.
    pub(super) fn looked_up(&self) -> Option<&str> {
        let name = self.path.strip_prefix('/')?;
        name.contains('/').then_some(name)
    }

    /// How many records a page of a search passes over.
    pub(super) fn page(&self) -> usize {
        self.parameter("_offset").and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

impl Server {
    pub(super) fn new(mut script: Vec<Write>) -> Self {
        script.sort_by_key(|write| write.at);
        Self { script: script.into(), ..Self::default() }
    }

    /// Writes all that was to be written by now.
    pub(super) fn advance(&mut self, lies: &mut [Box<dyn Lie>], moment: &mut Moment) {
        while self.script.front().is_some_and(|write| write.at <= moment.now) {
            let Some(write) = self.script.pop_front() else { return };
            self.write(write, lies, moment);
        }
    }

    /// Adds a state. One of a record that somebody is still writing waits for that.
    pub(super) fn write(&mut self, write: Write, lies: &mut [Box<dyn Lie>], moment: &mut Moment) {
        let Write { at, late, kind, id, draft } = write;
        let place = self.records.iter().position(|record| record.id == id);
        let place = place.unwrap_or_else(|| {
            self.records.push(Record { kind, id, states: Vec::new() });
            self.records.len() - 1
        });
        let record = &mut self.records[place];
        let at = record.last().map_or(at, |before| at.max(before.seen));
        let number = record.states.len() + 1;
        let clock = at + lies.iter().map(|lie| lie.ehr_clock(at)).sum::<i64>();
        let mut state = State {
            number,
            at,
            seen: at + late,
            clock,
            stamp: Some(clock),
            version: Some(number.to_string()),
            draft,
        };
        for lie in lies {
            lie.writes(record, &mut state, moment);
        }
        record.states.push(state);
    }

    /// Answers as it should, but for the lies.
    pub(super) fn answer(
        &mut self,
        asked: &Asked,
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        self.advance(lies, moment);
        for place in 0..lies.len() {
            for write in lies[place].meddles(asked, &self.records, moment) {
                self.write(write, lies, moment);
            }
        }
        let own = lies.iter_mut().find_map(|lie| lie.answers(asked, moment));
        let mut answered = own.unwrap_or_else(|| self.honest(asked, lies, moment));
        let clock = moment.now + moment.ahead;
        answered.headers.push(("date".into(), date(clock)));
        for lie in lies {
            lie.sends(asked, &mut answered, moment);
        }
        answered
    }

    fn honest(
        &mut self,
        asked: &Asked,
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        if let Some(name) = asked.looked_up() {
            return self.look_up(name, moment);
        }
        let name = asked.path.trim_start_matches('/');
        match (asked.parameter("_search"), Kind::of_resource(name)) {
            (Some(search), _) => self.go_on(search, asked.page(), lies, moment),
            (None, Some(kind)) => self.search(kind, asked, lies, moment),
            (None, None) => says(404),
        }
    }

    fn look_up(&self, name: &str, moment: &Moment) -> Answered {
        let is_it = |record: &&Record| format!("{}/{}", record.kind.resource(), record.id) == name;
        let record = self.records.iter().find(is_it);
        let state = record.and_then(|it| Some((it, &it.states[it.seen(moment.now)?])));
        state.map_or_else(|| says(404), |(record, state)| json_of(&record.show(state)))
    }

    fn search(
        &mut self,
        kind: Kind,
        asked: &Asked,
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        let mut query = Query::read(kind, asked);
        lies.iter_mut().for_each(|lie| lie.understands(&mut query));
        let found = self.find(&query, lies, moment);
        let is_live = lies.iter().any(|lie| lie.pages_live());
        self.searches.push((query.clone(), found.clone()));
        let name = if is_live { None } else { Some(self.searches.len() - 1) };
        self.page(&query, name, asked.page(), &found, lies, moment)
    }

    /// A page of what was found before.
    fn go_on(
        &mut self,
        search: &str,
        offset: usize,
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        let place: Option<usize> = search.parse().ok();
        let Some((query, mut found)) = place.and_then(|at| self.searches.get(at).cloned()) else {
            return says(410);
        };
        if lies.iter().any(|lie| lie.shows_now()) {
            let seen = |it: &Found| self.records[it.record].seen(moment.now);
            found.iter_mut().for_each(|it| it.state = seen(it).unwrap_or(it.state));
        }
        self.page(&query, place, offset, &found, lies, moment)
    }

    fn find(&self, query: &Query, lies: &mut [Box<dyn Lie>], moment: &mut Moment) -> Vec<Found> {
        let all = self.records.iter().enumerate().filter(|(_, it)| it.kind == query.kind);
        let seen =
            all.filter_map(|(record, it)| Some(Found { record, state: it.seen(moment.now)? }));
        let wanted = |it: &Found| {
            let record = &self.records[it.record];
            query.wants(&record.id, record.states[it.state].clock)
        };
        let mut found: Vec<Found> = seen.filter(wanted).collect();
        if let Some(falling) = query.sorted {
            found.sort_by_key(|it| self.records[it.record].states[it.state].clock);
            if falling {
                found.reverse();
            }
        }
        lies.iter_mut().for_each(|lie| lie.orders(query, &self.records, &mut found, moment));
        found
    }

    fn page(
        &self,
        query: &Query,
        search: Option<usize>,
        offset: usize,
        found: &[Found],
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        let mut bundle = Bundle::new(query, search, offset, found);
        for Found { record, state } in bundle.page {
            let record = &self.records[*record];
            let mut shown = record.show(&record.states[*state]);
            lies.iter_mut().for_each(|lie| lie.shows(record, &mut shown, moment));
            let mut entry = json!({"search": {"mode": "match"}});
            if !shown.is_null() {
                entry["resource"] = shown;
            }
            bundle.entries.push(entry);
        }
        lies.iter_mut().for_each(|lie| lie.pages(&mut bundle, moment));
        json_of(&bundle.print())
    }
}

/// An answer of JSON.
pub(super) fn json_of(value: &Value) -> Answered {
    let headers = vec![("content-type".to_owned(), "application/fhir+json".to_owned())];
    Answered { status: 200, headers, body: Bytes::from(value.to_string()), broken: false }
}

/// An answer that is a status and little else.
pub(super) fn says(status: u16) -> Answered {
    let issue = json!({"severity": "error", "code": "processing", "diagnostics": "no"});
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
    Answered { status, ..json_of(&outcome) }
}
