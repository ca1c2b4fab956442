//! A connector of an EHR whose times of change are numbers, of which no two are the same: it asks
//! for what is later than the last (`/changes?_since="1767225600000"&count=3`), and is right to.
//! Where there are more pages, a header of the EHR's own says where: under its base URL, or at
//! another name of it.

use rounds_sdk::*;
use serde::Deserialize;

use crate::{ACTION, EVENT};

/// A day: what lies further ahead is a mistake.
const AHEAD: i64 = 24 * 60 * 60 * 1000;
/// Where the EHR says which page is next.
const NEXT: &str = "x-next-page";

/// The connector.
pub struct Numbered;

#[derive(Deserialize)]
struct Answer {
    items: Vec<Record>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    changed: i64,
}

impl Connector for Numbered {
    fn describe() -> Manifest {
        let changed = RecordTime::new("meta.changed", TimeForm::EpochMilliseconds).unique();
        Manifest::new("numbered", env!("CARGO_PKG_VERSION"), "A guest of the tests")
            .action(Action::feed(ACTION, "Appointments", &[EVENT], 1).record_time(changed))
            .requests(&["GET /changes"])
            .reads_headers(&[NEXT])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let (since, page) = position(context, cursor)?;
        if let Some(page) = page {
            let lost = |_| Failure::CursorLost("not a page of this EHR".into());
            return Ok(Request::get(own(context, page).map_err(lost)?));
        }
        let request = Request::get("/changes").query("_since", format!("\"{since}\""));
        Ok(request.query("count", 3).header("accept", "application/json"))
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let Answer { items } = answer.ok()?.json()?;
        let page = Page::last("", []).read_each("items", &items, |record| {
            let Item { id, meta } = record.read()?;
            Ok(Change::upserted(id, record.text()).version(meta.changed.to_string()))
        })?;
        let next = answer.header(NEXT).map(|next| own(context, next)).transpose()?;
        let more = next.is_some() || items.len() == 3;
        let last = last(context, cursor, &items)?;
        let cursor = next.map_or_else(|| last.to_string(), |next| format!("{last} {next}"));
        Ok(Page { cursor, more, ..page })
    }
}

/// A link of the EHR's own, by any of its names.
fn own(context: &Context, link: &str) -> Result<String, Failure> {
    let mut names = context.allow_origins.iter().chain([&context.base_url]);
    let is_own =
        |name: &String| link.strip_prefix(name.as_str()).is_some_and(|it| it.starts_with('/'));
    match names.any(is_own) {
        true => Ok(link.to_owned()),
        false => Err(Failure::unexpected("a next page of somebody else")),
    }
}

/// The latest number that is no mistake.
fn last(context: &Context, cursor: Option<&str>, items: &[Record]) -> Result<i64, Failure> {
    let (before, _) = position(context, cursor)?;
    let limit = millis(&context.now)? + AHEAD;
    let numbers = items.iter().filter_map(|it| Some(it.read::<Item>().ok()?.meta.changed));
    Ok(numbers.filter(|number| *number < limit).fold(before, i64::max))
}

/// The latest number seen, and the page to go on with, where there is one.
fn position<'c>(
    context: &Context,
    cursor: Option<&'c str>,
) -> Result<(i64, Option<&'c str>), Failure> {
    let Some(cursor) = cursor else { return Ok((millis(&context.since)?, None)) };
    match cursor.split_once(' ') {
        Some((since, page)) => Ok((number(context, since)?, Some(page))),
        None => Ok((number(context, cursor)?, None)),
    }
}

fn number(context: &Context, cursor: &str) -> Result<i64, Failure> {
    let number = cursor.parse::<i64>().ok().filter(|number| number.to_string() == cursor);
    let limit = millis(&context.now)? + AHEAD;
    let known = number.filter(|number| (1..limit).contains(number));
    known.ok_or_else(|| Failure::CursorLost("not a cursor of this connector".into()))
}

fn millis(time: &str) -> Result<i64, Failure> {
    Ok(Time::parse(time)?.millis_since(Time::parse("1970-01-01T00:00:00Z")?))
}
