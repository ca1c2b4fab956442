//! A FHIR server, simulated with the ways in which servers differ as knobs, and a host that polls
//! it: what a host does of cursors and pages, and nothing else.

use std::collections::{BTreeSet, HashSet};

use fhir_r4::FhirR4;
use rounds_sdk::{Connector, Context, Failure, Response, Time, test::BASE_URL};
use serde_json::{Value, json};

/// In which order a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As asked.
    ByTime,
    NewestFirst,
    ById,
    /// By something that nobody knows.
    Scattered,
}

/// What a server says of how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Unsaid,
    Right,
    /// How many records there are at all, whatever was asked for.
    OfAll,
    /// One more than there are.
    OneMore,
}

/// How it leads to further pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    None,
    /// By how many to pass over, in what there is by then.
    Offset,
    /// By a list made when it was searched, with records as they are by then.
    Snapshot,
    /// To pages that are gone.
    Gone,
    /// To one more page, which is empty at last.
    Endless,
}

/// Where its last page leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    Nowhere,
    /// To the page itself.
    Itself,
    /// To the first page.
    First,
    /// To another server.
    Away,
    /// To one more page, which is empty and leads to the next one.
    On,
}

/// What it calls itself in links, in where records lie, and in whom they refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// As it is called.
    Configured,
    /// Otherwise, and its `self` link says so.
    BySelf,
    /// Otherwise, and where its records lie says so.
    ByRecords,
    /// Otherwise, and nothing says so.
    Unsaid,
}

/// What it calls itself otherwise.
pub const INTERNAL: &str = "https://fhir-internal:8443/r4";

/// Where it says what time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Unsaid,
    Date,
    Bundle,
}

/// The ways of a server.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    pub order: Order,
    pub total: Total,
    pub links: Links,
    pub last: Last,
    pub named: Named,
    pub clock: Clock,
    /// Whether records have times.
    pub times: bool,
    /// Whether these are shown in whole seconds.
    pub seconds: bool,
    /// Whether in whole minutes, by which it then compares.
    pub minutes: bool,
    /// The most records of a page, whatever is asked for.
    pub cap: usize,
    /// Whether it refuses times with fractions of a second.
    pub whole: bool,
    /// Whether it minds what `_lastUpdated` asks.
    pub bounds: bool,
    /// So many milliseconds its clock is behind the host's.
    pub behind: i64,
    /// Whether a parameter that it does not know is an error.
    pub strict: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            order: Order::ByTime,
            total: Total::Right,
            links: Links::Offset,
            last: Last::Nowhere,
            named: Named::Configured,
            clock: Clock::Date,
            times: true,
            seconds: false,
            minutes: false,
            cap: 1_000,
            whole: false,
            bounds: true,
            behind: 0,
            strict: false,
        }
    }
}

/// A record: id, version, and the millisecond of its last change by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: u32,
    pub version: u32,
    pub time: i64,
}

/// A server, and what was read of it.
pub struct Server {
    pub ways: Ways,
    pub page_size: usize,
    pub records: Vec<Record>,
    /// The host's clock, in milliseconds after the beginning of 2026.
    pub now: i64,
    pub since: i64,
    pub listing: bool,
    pub cursor: Option<String>,
    pub seen: BTreeSet<(u32, u32)>,
    pub notices: BTreeSet<String>,
    pub requests: Vec<String>,
    snapshots: Vec<Vec<u32>>,
}

impl Server {
    /// An empty server, polled from `now` on.
    pub fn new(ways: Ways, page_size: usize) -> Self {
        Self {
            ways,
            page_size,
            records: Vec::new(),
            now: 36_000_000,
            since: 36_000_000,
            listing: false,
            cursor: None,
            seen: BTreeSet::new(),
            notices: BTreeSet::new(),
            requests: Vec::new(),
            snapshots: Vec::new(),
        }
    }

    /// Changes a record now, or makes it.
    pub fn change(&mut self, id: u32) {
        self.change_at(id, self.now - self.ways.behind);
    }

    /// The same at another time.
    pub fn change_at(&mut self, id: u32, time: i64) {
        match self.records.iter_mut().find(|record| record.id == id) {
            Some(record) => *record = Record { id, version: record.version + 1, time },
            None => self.records.push(Record { id, version: 1, time }),
        }
    }

    pub fn delete(&mut self, id: u32) {
        self.records.retain(|record| record.id != id);
    }

    /// One poll of so many pages at most; after each but the last, `meanwhile` changes the server.
    /// How many requests it took.
    ///
    /// # Errors
    /// What the connector says of a page.
    pub fn poll(&mut self, mut meanwhile: impl FnMut(&mut Self)) -> Result<usize, Failure> {
        let mut passed = HashSet::new();
        for page in 1..=400 {
            if !self.page()? {
                return Ok(page);
            }
            let cursor = self.cursor.clone().unwrap();
            let told = (self.ways, cursor.clone(), self.last_requests());
            assert!(passed.insert(cursor), "a cursor came twice: {told:#?}");
            meanwhile(self);
        }
        panic!("a poll without an end: {:#?}", self.last_requests());
    }

    /// One page; whether there is more.
    ///
    /// # Errors
    /// What the connector says of it.
    pub fn page(&mut self) -> Result<bool, Failure> {
        let context = self.context();
        let cursor = self.cursor.clone();
        let request = FhirR4::poll(&context, cursor.as_deref())?;
        let answer = self.answer(&request.target);
        self.requests.push(request.target);
        let page = FhirR4::changes(&context, cursor.as_deref(), &answer)?;
        for change in page.changes {
            let version = change.version.unwrap();
            let version = version.split('@').next().unwrap().parse().unwrap();
            self.seen.insert((change.id.parse().unwrap(), version));
        }
        self.notices.extend(page.notices);
        assert!(page.cursor.len() < 16_384, "a cursor of {} bytes", page.cursor.len());
        assert!(!page.more || cursor.as_deref() != Some(&page.cursor), "the cursor stands still");
        self.cursor = Some(page.cursor);
        Ok(page.more)
    }

    /// What changed since the beginning and was not read in its present version.
    pub fn missed(&self) -> Vec<Record> {
        let known = |record: &&Record| {
            self.listing || record.time >= self.since - self.ways.behind && record.time <= self.now
        };
        let missed = |record: &&Record| !self.seen.contains(&(record.id, record.version));
        self.records.iter().filter(known).filter(missed).copied().collect()
    }

    pub fn last_requests(&self) -> &[String] {
        &self.requests[self.requests.len().saturating_sub(12)..]
    }

    pub fn context(&self) -> Context {
        Context {
            action: "appointments".into(),
            settings: json!({ "page_size": self.page_size }).to_string(),
            base_url: BASE_URL.into(),
            since: time(self.since, false),
            now: time(self.now, false),
            listing: self.listing,
            ..Context::default()
        }
    }

    /// What the server answers to a request of one page.
    pub fn answer(&mut self, target: &str) -> Response {
        let query = target.split_once('?').unwrap().1.to_owned();
        let value = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name));
        if self.ways.strict && value("_total=").is_some() {
            return Response::new(400, r#"{"resourceType":"OperationOutcome"}"#);
        }
        if self.ways.whole && value("_lastUpdated=").is_some_and(|bound| bound.contains('.')) {
            return Response::new(400, r#"{"resourceType":"OperationOutcome"}"#);
        }
        let (clock, at) = (self.now - self.ways.behind, value("_page="));
        if at.is_some() && self.ways.links == Links::Gone {
            return Response::new(410, "");
        }
        let (list, offset) = match at.and_then(|at| at.split_once('-')) {
            Some((list, offset)) => (Some(list), offset.parse().unwrap()),
            None => (None, 0),
        };
        let descending = value("_sort=-_lastUpdated").is_some();
        let found = match (self.ways.links, list.and_then(|list| list.parse::<usize>().ok())) {
            (Links::Snapshot, Some(list)) => self.snapshots[list].clone(),
            _ => self.find(value("_lastUpdated="), descending),
        };
        let count = value("_count=").map_or(20, |count| count.parse().unwrap());
        let end = found.len().min(offset + count.min(self.ways.cap));
        let by_id = |id: &u32| self.records.iter().find(|record| record.id == *id);
        let page = found.get(offset..end).unwrap_or_default().iter().filter_map(by_id);
        let mut bundle = json!({
            "resourceType": "Bundle",
            "entry": page.map(|record| self.entry(record)).collect::<Vec<_>>(),
        });
        match self.ways.total {
            Total::Unsaid => {}
            Total::Right => bundle["total"] = json!(found.len()),
            Total::OfAll => bundle["total"] = json!(self.records.len()),
            Total::OneMore => bundle["total"] = json!(found.len() + 1),
        }
        let is_endless = self.ways.links == Links::Endless;
        let is_last = end >= found.len();
        let leads = self.ways.last != Last::Nowhere && !found.is_empty();
        if is_endless || (!is_last || leads) && self.ways.links != Links::None {
            let list = match (self.ways.links, list) {
                (Links::Snapshot, None) => {
                    self.snapshots.push(found.clone());
                    self.snapshots.len() - 1
                }
                (_, list) => list.map_or(0, |list| list.parse().unwrap()),
            };
            let kept: Vec<&str> =
                query.split('&').filter(|part| !part.starts_with("_page=")).collect();
            let next = match self.ways.last {
                _ if is_endless => offset + self.ways.cap,
                Last::Itself if is_last => offset,
                Last::First if is_last => 0,
                Last::On if is_last => offset + 10,
                _ => end,
            };
            let base = match self.ways.last {
                Last::Away if is_last => "https://elsewhere.example/fhir",
                _ => self.base(),
            };
            let url = format!("{base}/Appointment?{}&_page={list}-{next}", kept.join("&"));
            let mut links = vec![json!({ "relation": "next", "url": url })];
            if self.ways.named == Named::BySelf {
                let url = format!("{base}/Appointment?{query}");
                links.push(json!({ "relation": "self", "url": url }));
            }
            bundle["link"] = json!(links);
        }
        if self.ways.clock == Clock::Bundle {
            bundle["meta"] = json!({ "lastUpdated": time(clock, false) });
        }
        let mut answer = Response::new(200, bundle.to_string());
        if self.ways.clock == Clock::Date {
            answer.headers.push(("date".into(), http_date(clock)));
        }
        answer
    }

    fn find(&self, bound: Option<&str>, descending: bool) -> Vec<u32> {
        let from = bound.filter(|_| self.ways.bounds).map(|bound| millis(&bound[2..]));
        if let (Some(bound), true) = (bound, self.ways.seconds || self.ways.minutes) {
            assert!(!bound.contains('.'), "asked more finely than it shows: {bound}");
        }
        let mut found: Vec<&Record> = self
            .records
            .iter()
            .filter(|it| from.is_none_or(|from| self.known(it) >= from))
            .collect();
        match self.ways.order {
            Order::ByTime if descending => found.sort_by_key(|it| (-self.known(it), it.id)),
            Order::ByTime => found.sort_by_key(|it| (self.known(it), it.id)),
            Order::NewestFirst => found.sort_by_key(|it| (-self.known(it), it.id)),
            Order::ById => found.sort_by_key(|it| it.id),
            Order::Scattered => found.sort_by_key(|it| (it.id.wrapping_mul(2_654_435_761), it.id)),
        }
        found.into_iter().map(|record| record.id).collect()
    }

    /// The time of a record as far as it knows it.
    fn known(&self, record: &Record) -> i64 {
        let within = if self.ways.minutes { record.time.rem_euclid(60_000) } else { 0 };
        record.time - within
    }

    fn base(&self) -> &'static str {
        if self.ways.named == Named::Configured { BASE_URL } else { INTERNAL }
    }

    fn entry(&self, record: &Record) -> Value {
        let written = || match self.ways.minutes {
            true => time(record.time, true)[..16].to_owned() + "Z",
            false => time(record.time, self.ways.seconds),
        };
        let time = self.ways.times.then(written);
        let (base, id) = (self.base(), record.id);
        let lies = match self.ways.named {
            Named::BySelf | Named::Unsaid => "urn:uuid:53fefa32".to_owned(),
            _ => format!("{base}/Appointment/{id}"),
        };
        json!({
            "fullUrl": lies,
            "search": { "mode": "match" },
            "resource": {
                "resourceType": "Appointment",
                "id": record.id.to_string(),
                "meta": { "versionId": record.version.to_string(), "lastUpdated": time },
            },
        })
    }
}

/// So many milliseconds after the beginning of 2026, as text.
pub fn time(millis: i64, seconds: bool) -> String {
    let rest = match seconds {
        true => "Z".to_owned(),
        false => format!(".{:03}Z", millis.rem_euclid(1000)),
    };
    let second = millis.div_euclid(1000);
    let (hour, minute) = (second / 3600 % 24, second / 60 % 60);
    format!("2026-01-{:02}T{hour:02}:{minute:02}:{:02}{rest}", 1 + second / 86_400, second % 60)
}

/// The other way round.
fn millis(text: &str) -> i64 {
    let text = text.replace("%3A", ":").replace("%2B", "+");
    let begin = Time::parse("2026-01-01T00:00:00Z").unwrap();
    Time::parse(&text).unwrap_or_else(|_| panic!("{text}")).millis_since(begin)
}

fn http_date(millis: i64) -> String {
    let (second, day) = (millis.div_euclid(1000), millis.div_euclid(86_400_000));
    let name = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day.rem_euclid(7) as usize];
    let (hour, minute) = (second / 3600 % 24, second / 60 % 60);
    format!("{name}, {:02} Jan 2026 {hour:02}:{minute:02}:{:02} GMT", 1 + day, second % 60)
}

/// The failure of one page with this answer.
pub fn failure(cursor: Option<&str>, answer: &Response) -> Failure {
    let context = Server::new(Ways::default(), 2).context();
    FhirR4::changes(&context, cursor, answer).unwrap_err()
}

/// Numbers that look random, and are the same in every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % limit
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }

    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }
}
