//! A server that searches, simulated: how it orders, counts and pages is a test's to choose.

use std::collections::BTreeSet;

use fhir_r4::FhirR4;
use rounds_sdk::{Connector, Context, Failure, Response, test::BASE_URL};
use serde_json::{Value, json};

/// In which order a server answers.
#[derive(Clone, Copy)]
pub enum Order {
    ByTime,
    NewestFirst,
    ById,
}

/// A record: id, version, and the second of its last change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub id: u32,
    pub version: u32,
    pub time: u32,
}

/// A server, and what was read of it.
pub struct Ehr {
    pub records: Vec<Record>,
    pub order: Order,
    pub total: bool,
    pub page_size: usize,
    pub overlap: u32,
    pub cursor: Option<String>,
    pub now: u32,
    pub seen: BTreeSet<(u32, u32)>,
    pub requests: Vec<String>,
}

impl Ehr {
    /// A server with these times of last change, the id being the place.
    pub fn new(order: Order, times: &[u32]) -> Self {
        let record = |(id, time): (usize, &u32)| Record { id: id as u32, version: 1, time: *time };
        Self {
            records: times.iter().enumerate().map(record).collect(),
            order,
            total: true,
            page_size: 2,
            overlap: 5,
            cursor: None,
            now: 10_000,
            seen: BTreeSet::new(),
            requests: Vec::new(),
        }
    }

    /// Changes a record, or makes it.
    pub fn change(&mut self, id: u32, time: u32) {
        match self.records.iter_mut().find(|record| record.id == id) {
            Some(record) => *record = Record { id, version: record.version + 1, time },
            None => self.records.push(Record { id, version: 1, time }),
        }
    }

    pub fn delete(&mut self, id: u32) {
        self.records.retain(|record| record.id != id);
    }

    /// One poll; after each page but the last, `meanwhile` changes the server. How many
    /// requests it took.
    pub fn poll(&mut self, mut meanwhile: impl FnMut(&mut Self, usize)) -> usize {
        for page in 1..200 {
            if !self.page() {
                return page;
            }
            meanwhile(self, page);
        }
        panic!("a poll without an end: {:#?}", &self.requests[self.requests.len() - 6..]);
    }

    /// Every current version was read.
    pub fn assert_complete(&self) {
        for record in &self.records {
            let known = self.seen.contains(&(record.id, record.version));
            assert!(known, "never read: {record:?}\n{:#?}", self.requests);
        }
    }

    fn page(&mut self) -> bool {
        let context = self.context();
        let cursor = self.cursor.clone();
        let request = FhirR4::poll(&context, cursor.as_deref()).unwrap();
        let answer = Response::new(200, self.answer(&request.target).to_string());
        self.requests.push(request.target);
        let page = FhirR4::changes(&context, cursor.as_deref(), &answer).unwrap();
        for change in page.changes {
            let version = change.version.unwrap();
            let version = version.split('@').next().unwrap().parse().unwrap();
            self.seen.insert((change.id.parse().unwrap(), version));
        }
        assert!(page.cursor.len() < 2_000, "a cursor of {} bytes", page.cursor.len());
        assert!(!page.more || cursor.as_deref() != Some(&page.cursor), "the cursor stands still");
        self.cursor = Some(page.cursor);
        page.more
    }

    fn context(&self) -> Context {
        Context {
            action: "appointments".into(),
            settings: json!({ "page_size": self.page_size, "overlap": self.overlap }).to_string(),
            base_url: BASE_URL.into(),
            since: time(0),
            now: time(self.now),
            interrupted: false,
        }
    }

    /// What the server answers to a request of one page.
    fn answer(&self, target: &str) -> Value {
        let query = target.split_once('?').unwrap().1;
        let value = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name));
        let bound = value("_lastUpdated=").unwrap();
        let (prefix, from) = bound.split_at(2);
        let offset: usize = value("_offset=").map_or(0, |offset| offset.parse().unwrap());
        let from = rounds_sdk::Time::parse(from).unwrap();
        let mut found: Vec<&Record> = (self.records.iter())
            .filter(|record| {
                let time = rounds_sdk::Time::parse(&time(record.time)).unwrap();
                if prefix == "gt" { time > from } else { time >= from }
            })
            .collect();
        match self.order {
            Order::ByTime => found.sort_by_key(|record| (record.time, record.id)),
            Order::NewestFirst => found.sort_by_key(|record| (u32::MAX - record.time, record.id)),
            Order::ById => found.sort_by_key(|record| record.id),
        }
        let end = found.len().min(offset + self.page_size);
        let page = found.get(offset..end).unwrap_or_default();
        let mut bundle = json!({
            "resourceType": "Bundle",
            "entry": page.iter().map(|record| entry(record)).collect::<Vec<_>>(),
        });
        if self.total {
            bundle["total"] = json!(found.len());
        }
        if end < found.len() {
            let url = format!("{BASE_URL}/Appointment?_lastUpdated={bound}&_offset={end}");
            bundle["link"] = json!([{ "relation": "next", "url": url }]);
        }
        bundle
    }
}

fn entry(record: &Record) -> Value {
    json!({
        "search": { "mode": "match" },
        "resource": {
            "resourceType": "Appointment",
            "id": record.id.to_string(),
            "meta": { "versionId": record.version.to_string(), "lastUpdated": time(record.time) },
        },
    })
}

/// So many seconds after the beginning of 2026.
pub fn time(seconds: u32) -> String {
    let (day, hour) = (1 + seconds / 86_400, seconds / 3600 % 24);
    format!("2026-01-{day:02}T{hour:02}:{:02}:{:02}.000Z", seconds / 60 % 60, seconds % 60)
}

/// The failure of one page with this answer.
pub fn failure(cursor: Option<&str>, answer: &Response) -> Failure {
    let context = Ehr::new(Order::ByTime, &[]).context();
    FhirR4::changes(&context, cursor, answer).unwrap_err()
}
