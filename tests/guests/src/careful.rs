//! A connector that bears whatever its EHR does, but for the one fault that its settings name.
//!
//! Its EHR answers `GET /appointments?changedsince=…&limit=…`, oldest change first, and
//! `GET /patient/{id}`; all of them by `GET /appointments?offset=…&limit=…`. The faults are a line or two each and in one guest, unlike others of
//! these tests: to build one for each would take minutes.

use rounds_sdk::*;
use serde::Deserialize;
use serde_json::Value;

use crate::{ACTION, EVENT};

/// How many records it asks for.
const PAGE: usize = 4;
/// The most that it asks for where a page is full of one time.
const LARGEST: usize = 1000;
/// A day: what lies further ahead is a mistake.
const AHEAD: i64 = 24 * 60 * 60 * 1000;

/// The connector.
pub struct Careful;

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    fault: String,
}

/// What its EHR answers; the records as they are.
#[derive(Deserialize)]
struct Answer {
    appointments: Option<Vec<Value>>,
}

/// Where it stands, and which fault it has.
struct Position {
    since: String,
    limit: usize,
    /// What a fault leaves behind it.
    trail: String,
    fault: String,
}

impl Connector for Careful {
    fn describe() -> Manifest {
        Manifest::new("careful", env!("CARGO_PKG_VERSION"), "A guest of the tests")
            .action(Action::feed(ACTION, "Appointments", &[EVENT], 1).lists())
            .settings_schema(r#"{"type":"object"}"#)
            .requests(&["GET /appointments", "GET /patient/*"])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        if lists(context)? {
            let request = Request::get("/appointments").query("offset", offset(cursor)?);
            return Ok(request.query("limit", PAGE));
        }
        let Position { since, limit, .. } = Position::read(context, cursor)?;
        Ok(Request::get("/appointments").query("changedsince", since).query("limit", limit))
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let at = if lists(context)? { None } else { cursor };
        let position = Position::read(context, at)?;
        if position.has("blind-to-status") && answer.status >= 500 {
            return Ok(Page::last(position.print(), []));
        }
        let records = match position.has("quotes") {
            true => quoting(answer)?,
            false => answer.ok()?.json::<Answer>()?.appointments,
        };
        let records = match records {
            None if position.has("takes-anything") => Vec::new(),
            records => records.ok_or_else(|| Failure::unexpected("no list of appointments"))?,
        };
        let page = page(&position, &records)?;
        let more = records.len() >= position.limit;
        let cursor = match lists(context)? {
            true => (offset(cursor)? + records.len()).to_string(),
            false => cursor_after(context, &position, &records)?,
        };
        Ok(Page { more, cursor, ..page })
    }

    fn collect(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let fault = context.settings::<Settings>()?.fault;
        let record: Value = serde_json::from_str(&change.data)
            .map_err(|_| Failure::Internal("a change's data is not its own".into()))?;
        let patient = match (collected.first(), text(&record, "patientId")) {
            (Some(answer), _) => patient(&fault, answer)?,
            (None, Some(id)) => return Ok(ask(&fault, id)),
            (None, None) => None,
        };
        tell(&fault, change, memo, &serde_json::json!({ "Patient": patient, "Visit": record }))
    }

    fn moved_away(
        context: &Context,
        change: &Change,
        _: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let fault = context.settings::<Settings>()?.fault;
        let Some(answer) = collected.first() else {
            return Ok(ask(&fault, change.key.as_deref().unwrap_or(&change.id)));
        };
        if fault == "moves-badly" {
            return Err(Failure::unexpected("nobody thought of this"));
        }
        let patient = patient(&fault, answer)?;
        Ok(Notification::new(EVENT, &serde_json::json!({ "Patient": patient }))?.into())
    }
}

/// Whether the whole listing is to be read.
fn lists(context: &Context) -> Result<bool, Failure> {
    Ok(context.listing && context.settings::<Settings>()?.fault != "lists-since")
}

/// How much of the listing was read.
fn offset(cursor: Option<&str>) -> Result<usize, Failure> {
    let lost = |_| Failure::CursorLost("not a cursor of this listing".into());
    cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(lost))
}

impl Position {
    fn read(context: &Context, cursor: Option<&str>) -> Result<Self, Failure> {
        let fault = context.settings::<Settings>()?.fault;
        let (since, trail) = (context.since.clone(), String::new());
        let first = Self { since, limit: PAGE, trail, fault };
        let Some(cursor) = cursor.filter(|cursor| !first.has("forgets") || !cursor.is_empty())
        else {
            return Ok(first);
        };
        match first.parse(context, cursor) {
            Some(position) => Ok(position),
            None if first.has("restarts") => Ok(first),
            None => Err(Failure::CursorLost("not a cursor of this connector".into())),
        }
    }

    fn parse(&self, context: &Context, cursor: &str) -> Option<Self> {
        let mut parts = cursor.splitn(3, ' ');
        let (since, limit, trail) = (parts.next()?, parts.next()?.parse().ok()?, parts.next());
        let ahead = Time::parse(since).ok()?.millis_since(Time::parse(&context.now).ok()?);
        let trails = self.has("grows") || self.has("names-in-cursor");
        let known = (PAGE..=LARGEST).contains(&limit) && (trail.is_none() || trails);
        let position = Self {
            since: since.to_owned(),
            limit,
            trail: trail.unwrap_or_default().to_owned(),
            fault: self.fault.clone(),
        };
        (known && (ahead < AHEAD || self.has("follows-future"))).then_some(position)
    }

    fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }

    fn print(&self) -> String {
        let Self { since, limit, trail, .. } = self;
        if trail.is_empty() {
            format!("{since} {limit}")
        } else {
            format!("{since} {limit} {trail}")
        }
    }
}

fn quoting(answer: &Response) -> Result<Option<Vec<Value>>, Failure> {
    let text = answer.ok()?.text()?;
    serde_json::from_str::<Answer>(text)
        .map(|answer| answer.appointments)
        .map_err(|error| Failure::unexpected(format!("{error}: {text}")))
}

/// What records say, one by one: what cannot be read takes nobody along.
fn page(position: &Position, records: &[Value]) -> Result<Page, Failure> {
    let mut page = Page::last("", []);
    for (at, record) in records.iter().enumerate() {
        if position.has("poisoned") && text(record, "reason").is_none() {
            return Err(Failure::unexpected("an appointment without a reason"));
        }
        let is_old = text(record, "changedAt").is_some_and(|at| at < position.since.as_str());
        let is_dropped = match position.fault.as_str() {
            "drops" => text(record, "status").is_none(),
            "lists-some" => is_old,
            _ => false,
        };
        if is_dropped {
            continue;
        }
        if position.has("logs") {
            writes_to_log(record);
        }
        match change(position, record) {
            Ok(change) => page.changes.push(change),
            Err(failure) if position.has("all-or-none") => return Err(failure),
            Err(_) => page.unreadable.push(unreadable(position, at, record)),
        }
    }
    if position.has("newest-first") {
        page.changes.reverse();
    }
    Ok(page)
}

fn unreadable(position: &Position, at: usize, record: &Value) -> Unreadable {
    let reason = match position.has("names-in-reason") {
        true => text(record, "patientName").unwrap_or_default(),
        false => "it lacks what each must have",
    };
    let (place, id) = (format!("appointments[{at}]"), text(record, "id").map(Into::into));
    Unreadable { place, id, reason: reason.into(), data: record.to_string() }
}

fn change(position: &Position, record: &Value) -> Result<Change, Failure> {
    let missing = || Failure::unexpected("an appointment without what each must have");
    let (id, at) = (text(record, "id"), text(record, "changedAt"));
    let (Some(id), Some(at)) = (id, at) else { return Err(missing()) };
    Time::parse(at)?;
    if record.get("gone").and_then(Value::as_bool) == Some(true) {
        return Ok(gone(position, id, at));
    }
    let key = match position.has("names-in-key") {
        true => text(record, "patientName").unwrap_or_default(),
        false => text(record, "patientId").unwrap_or(id),
    };
    let change = Change::json(id, record)?.key(key).occurred_at(at);
    Ok(match position.fault.as_str() {
        "unversioned" => change,
        "random-version" => change.version(format!("{at} {}", random())),
        "says-nothing" => change.version(at).content("an appointment"),
        _ => change.version(at),
    })
}

/// Who it was of the EHR no longer says, and need not: the host knows the record's last key.
fn gone(position: &Position, id: &str, at: &str) -> Change {
    let change = Change::deleted(id).version(at).occurred_at(at);
    if position.has("gone-elsewhere") { change.key(id) } else { change }
}

/// The latest time that is no mistake, and how many to ask for from there.
fn cursor_after(
    context: &Context,
    position: &Position,
    records: &[Value],
) -> Result<String, Failure> {
    let now = Time::parse(&context.now)?;
    let mut last = (Time::parse(&position.since)?, position.since.clone());
    let mut moved = false;
    for at in records.iter().filter_map(|record| text(record, "changedAt")) {
        let Ok(time) = Time::parse(at) else { continue };
        if time > last.0 && (time.millis_since(now) < AHEAD || position.has("follows-future")) {
            (last, moved) = ((time, at.to_owned()), true);
        }
    }
    let is_full = records.len() >= position.limit;
    let limit = match is_full && !moved && !position.has("stuck") {
        true if position.limit >= LARGEST => {
            return Err(Failure::unexpected("too many appointments of one time"));
        }
        true => (position.limit * 2).min(LARGEST),
        false => PAGE,
    };
    let since = match position.fault.as_str() {
        "exclusive" if moved => last.0.minus_millis(-1000).to_string(),
        "now" => context.now.clone(),
        "forgets" if records.is_empty() => return Ok(String::new()),
        _ => last.1,
    };
    let trail = trail(position, records);
    Ok(Position { since, limit, trail, fault: String::new() }.print())
}

fn trail(position: &Position, records: &[Value]) -> String {
    let name = records.iter().find_map(|record| text(record, "patientName"));
    match position.fault.as_str() {
        "names-in-cursor" => name.unwrap_or_default().to_owned(),
        "grows" => format!("{}+", position.trail),
        _ => String::new(),
    }
}

fn ask(fault: &str, id: &str) -> Step {
    let target = match fault {
        "raw-ids" => format!("/patient/{id}"),
        "undeclared" => format!("/person/{}", encode(id)),
        _ => format!("/patient/{}", encode(id)),
    };
    Step::Fetch(vec![Request::get(target)])
}

fn patient(fault: &str, answer: &Response) -> Result<Option<Value>, Failure> {
    if matches!(answer.status, 404 | 410) || fault == "tells-without" && answer.status != 200 {
        return Ok(None);
    }
    let patient: Value = answer.ok()?.json()?;
    if text(&patient, "id").is_none() && fault != "believes" {
        return Err(Failure::unexpected("a patient without an id"));
    }
    Ok(Some(patient))
}

fn tell(
    fault: &str,
    change: &Change,
    memo: Option<&str>,
    payload: &Value,
) -> Result<Step, Failure> {
    let name = payload.pointer("/Visit/patientName").and_then(Value::as_str).unwrap_or_default();
    let version = change.version.as_deref().unwrap_or_default();
    let memo = match fault {
        "names-in-memo" => name.to_owned(),
        "memo-grows" => memo.unwrap_or_default().to_owned() + &fingerprint([version]),
        "unwraps" => unwrapped(payload),
        _ => fingerprint([version]),
    };
    if fault == "names-in-skip" {
        return Ok(Skipped::new(format!("nobody wants to hear of {name}")).into());
    }
    Ok(Notification::new(EVENT, payload)?.memo(memo).into())
}

#[allow(clippy::unwrap_used, reason = "it is the fault")]
fn unwrapped(payload: &Value) -> String {
    fingerprint([payload.pointer("/Visit/reason").unwrap().as_str().unwrap()])
}

#[allow(clippy::print_stderr, reason = "stderr is a connector's log")]
fn writes_to_log(record: &Value) {
    eprintln!("read {record}");
}

fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

fn text<'v>(record: &'v Value, field: &str) -> Option<&'v str> {
    record.get(field).and_then(Value::as_str)
}
