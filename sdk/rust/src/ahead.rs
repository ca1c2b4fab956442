//! From when to ask next, where a record may be dated in the future.

use crate::{Context, Failure, Response, Time};

/// How far the EHR's clock may be from the host's before its `Date` is taken for a mistake, and how
/// far ahead a record may be dated where there is no `Date`: a day.
const DAY: u32 = 86_400;

/// The time from which to ask next: the latest of those `seen` on this page, or `since`, from which
/// was asked, where none is later.
///
/// A time that is ahead of the EHR's clock does not count: what changes until then would never be
/// told. That clock is the answer's `Date`, unless it is more than a day from the host's; and
/// `since` itself is put back to it where it is ahead. Without such a `Date`, what is dated more
/// than a day ahead of the host's clock does not count. So what this answers is the EHR's own word
/// or `since`, and never the host's clock.
///
/// What does not count is told all the same: it is only not asked from.
///
/// ```
/// use rounds_sdk::{Change, Context, Failure, Page, Record, Response, Time, go_on_from};
///
/// #[derive(serde::Deserialize)]
/// struct Answer {
///     appointments: Vec<Record>,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Appointment {
///     id: String,
///     changed_at: String,
/// }
///
/// fn changes(context: &Context, cursor: Option<&str>, answer: &Response) -> Result<Page, Failure> {
///     let since = Time::parse(cursor.unwrap_or(&context.since))?;
///     let records = answer.ok()?.json::<Answer>()?.appointments;
///     let mut times = Vec::new();
///     let page = Page::last(String::new(), []).read_each("appointments", &records, |record| {
///         let Appointment { id, changed_at } = record.read()?;
///         times.push(Time::parse(&changed_at)?);
///         Ok(Change::upserted(id, record.text()).version(changed_at))
///     })?;
///     // What cannot be read moves no cursor.
///     let cursor = go_on_from(context, answer, since, times)?.to_string();
///     Ok(Page { cursor, ..page })
/// }
/// ```
///
/// # Errors
/// [`Failure::CursorLost`] where `since` is more than a day ahead and no `Date` says from when.
pub fn go_on_from(
    context: &Context,
    answer: &Response,
    since: Time,
    seen: impl IntoIterator<Item = Time>,
) -> Result<Time, Failure> {
    let now = Time::parse(&context.now)?;
    let is_near =
        |clock: &Time| clock.minus_seconds(DAY) <= now && now.minus_seconds(DAY) <= *clock;
    let clock = answer.header("date").and_then(Time::from_http).filter(is_near);
    // `Date` is cut to the second.
    let is_ahead = |time: Time| match clock {
        Some(clock) => time.floor_to_second() > clock,
        None => time.minus_seconds(DAY) > now,
    };
    let since = match (is_ahead(since), clock) {
        (false, _) => since,
        (true, Some(clock)) => clock,
        (true, None) => return Err(Failure::CursorLost("a cursor of the future".into())),
    };
    Ok(seen.into_iter().filter(|time| !is_ahead(*time)).fold(since, Time::max))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Row {
        now: String,
        date: Option<String>,
        since: String,
        seen: Vec<String>,
        from: Option<String>,
    }

    #[test]
    fn nothing_is_asked_from_the_future() {
        let rows: Vec<Row> = serde_json::from_str(include_str!("../../tables/ahead.json")).unwrap();
        for Row { now, date, since, seen, from } in rows {
            let context = Context { now: now.clone(), ..Context::default() };
            let mut answer = Response::new(200, "");
            answer.headers.extend(date.clone().map(|date| ("date".to_owned(), date)));
            let seen: Vec<_> = seen.iter().map(|time| Time::parse(time).unwrap()).collect();
            let found = go_on_from(&context, &answer, Time::parse(&since).unwrap(), seen.clone());
            let place = format!("{now} {date:?} {since} {seen:?}");
            match from {
                Some(from) => assert_eq!(found.unwrap().to_string(), from, "{place}"),
                None => assert_eq!(
                    found.unwrap_err().to_string(),
                    "cursor lost: a cursor of the future",
                    "{place}"
                ),
            }
        }
    }
}
