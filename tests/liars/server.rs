//! A FHIR server in memory: honest by itself, and bent by whatever lies a world has.

mod bundle;
mod query;

use std::collections::VecDeque;

use bytes::Bytes;
use rounds::egress::{Answered, Carried};
use serde_json::{Value, json};
use url::form_urlencoded;

pub(super) use self::{bundle::Bundle, query::Query};
use super::{
    chronicle::date,
    lies::{Lie, Moment},
    record::{Draft, Kind, Record, State},
};

/// The parameter of a link by which the server knows what it searched.
pub(super) const OF: &str = "_of";

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
    /// Parameters of the URL, and of the form that came with it.
    pub(super) query: Vec<(String, String)>,
    /// Bytes of the URL.
    pub(super) length: usize,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
}

/// What there is, and who will write what.
#[derive(Default)]
pub(super) struct Server {
    /// Where it thinks that it is, without a slash at the end.
    base: String,
    pub(super) records: Vec<Record>,
    script: VecDeque<Write>,
    /// Searches whose pages are being read.
    searches: Vec<(Query, Vec<Found>)>,
}

impl Asked {
    /// What a request asks for, of which this is the path below the base.
    pub(super) fn of(request: &Carried, path: &str) -> Self {
        let query = request.url.query_pairs().chain(form_urlencoded::parse(&request.body));
        let query = query.map(|(name, value)| (name.into(), value.into())).collect();
        let (length, headers) = (request.url.as_str().len(), request.headers.clone());
        Self { path: path.to_owned(), query, length, headers }
    }

    /// The value of a header.
    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
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
        (self.query.is_empty() && name.contains('/')).then_some(name)
    }

    /// What is searched: what the query says that it is of, or the path begins with.
    fn searched(&self) -> Option<Kind> {
        let first = || self.path.trim_start_matches('/').split('/').next();
        Kind::of_resource(self.parameter(OF).or_else(first)?)
    }

    /// How many records a page of a search passes over.
    pub(super) fn page(&self) -> usize {
        self.parameter("_offset").and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

impl Server {
    pub(super) fn new(mut script: Vec<Write>, base: &str) -> Self {
        script.sort_by_key(|write| write.at);
        let base = base.trim_end_matches('/').to_owned();
        Self { base, script: script.into(), ..Self::default() }
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
            return self.look_up(name, lies, moment);
        }
        match (asked.parameter("_search"), asked.searched()) {
            (Some(search), _) => self.go_on(search, asked.page(), lies, moment),
            (None, Some(kind)) => self.search(kind, asked, lies, moment),
            (None, None) => says(404),
        }
    }

    fn look_up(&self, name: &str, lies: &mut [Box<dyn Lie>], moment: &mut Moment) -> Answered {
        let is_it = |record: &&Record| format!("{}/{}", record.kind.resource(), record.id) == name;
        let record = self.records.iter().find(is_it);
        let state = record.and_then(|it| Some((it, &it.states[it.seen(moment.now)?])));
        let Some((record, state)) = state else { return says(404) };
        let mut shown = record.show(state);
        lies.iter_mut().for_each(|lie| lie.found(record, &mut shown, moment));
        json_of(&shown)
    }

    fn search(
        &mut self,
        kind: Kind,
        asked: &Asked,
        lies: &mut [Box<dyn Lie>],
        moment: &mut Moment,
    ) -> Answered {
        let Some(mut query) = Query::read(kind, asked) else { return says(400) };
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
        let mut bundle = Bundle::new(&self.base, (query, search), offset, found);
        for Found { record, state } in bundle.page {
            let record = &self.records[*record];
            let mut shown = record.show(&record.states[*state]);
            lies.iter_mut().for_each(|lie| lie.shows(record, &mut shown, moment));
            let name = format!("{}/{}/{}", self.base, record.kind.resource(), record.id);
            let mut entry = json!({"fullUrl": name, "search": {"mode": "match"}});
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
