//! Connectors of an EHR that lists its records: `GET /list?from=…` answers a page of all that there
//! are, `GET /changes?since=…` what changed. What they tell says what they remember of the record.

use rounds_sdk::*;
use serde::{Deserialize, Serialize};

use crate::ACTION;

/// What is told of a record that nothing is remembered of, that is remembered, and that is gone.
const EVENTS: [&str; 3] = ["Scheduling.New", "Scheduling.Modification", "Scheduling.Cancel"];

/// A record as the EHR tells it, and as a change's data.
#[derive(Serialize, Deserialize)]
struct Record {
    id: String,
    version: u64,
    at: Option<String>,
}

/// A page of the listing.
#[derive(Deserialize)]
struct Listing {
    records: Vec<serde_json::Value>,
    next: Option<String>,
}

/// What changed.
#[derive(Deserialize)]
struct Changes {
    records: Vec<serde_json::Value>,
    until: u64,
}

/// The manifest of such a connector.
pub fn manifest(name: &str, action: impl FnOnce(Action) -> Action) -> Manifest {
    Manifest::new(name, env!("CARGO_PKG_VERSION"), "A guest of the tests")
        .action(action(Action::feed(ACTION, "Appointments", &EVENTS, 1)))
        .requests(&["GET /list", "GET /changes"])
}

/// Asks for a page of all that there is.
pub fn ask_for_list(cursor: Option<&str>) -> Request {
    Request::get("/list").query("from", cursor.unwrap_or_default())
}

/// Asks for what changed.
pub fn ask_for_changes(cursor: Option<&str>) -> Request {
    Request::get("/changes").query("since", cursor.unwrap_or("0"))
}

/// Reads a page of all that there is. The next pass begins where this one did.
pub fn read_list(answer: &Response) -> Result<Page, Failure> {
    if answer.status == 410 {
        return Err(Failure::CursorLost("status 410".into()));
    }
    let Listing { records, next } = answer.ok()?.json()?;
    let page = Page::last(next.clone().unwrap_or_default(), []);
    Ok(Page { more: next.is_some(), ..of(page, records)? })
}

/// Reads what changed.
pub fn read_changes(answer: &Response) -> Result<Page, Failure> {
    let Changes { records, until } = answer.ok()?.json()?;
    of(Page::last(until.to_string(), []), records)
}

/// A page with records; what is none cannot be read.
fn of(page: Page, records: Vec<serde_json::Value>) -> Result<Page, Failure> {
    let (mut changes, mut unreadable) = (Vec::new(), Vec::new());
    for (place, value) in (1..).zip(records) {
        match serde_json::from_value::<Record>(value.clone()) {
            Ok(record) => changes.push(change(&record)?),
            Err(_) => unreadable.push(Unreadable {
                place: format!("record {place}"),
                id: value.get("id").and_then(|id| id.as_str()).map(Into::into),
                reason: "it is no record".into(),
                data: value.to_string(),
            }),
        }
    }
    Ok(Page { changes, unreadable, ..page })
}

fn change(record: &Record) -> Result<Change, Failure> {
    let change = Change::json(&record.id, record)?.version(record.version.to_string());
    let occurred_at = record.at.clone();
    Ok(Change { occurred_at, ..change })
}

/// Tells of a record what is remembered of it, and remembers its version until it is gone.
pub fn tell(change: &Change, memo: Option<&str>) -> Result<Step, Failure> {
    let [new, other, gone] = EVENTS;
    let event = match (change.kind, memo) {
        (ChangeKind::Upserted, None) => new,
        (ChangeKind::Upserted, Some(_)) => other,
        (ChangeKind::Deleted | ChangeKind::MovedAway, _) => gone,
    };
    let notification = Notification::new(event, &serde_json::json!({ "remembered": memo }))?;
    Ok(match (&change.version, event == gone) {
        (Some(version), false) => notification.memo(version).into(),
        _ => notification.into(),
    })
}
