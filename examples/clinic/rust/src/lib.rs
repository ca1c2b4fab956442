//! A clinic whose API says which appointments changed since a time, and who a patient is.
//!
//! It answers oldest change first and no more than so many, with no link to the next page. So
//! every page asks from the newest time seen, that time included, and what comes twice the host
//! knows. Where more records share one time than a page holds, the page grows until it reaches past
//! them. A time that lies ahead is told and not asked from: nothing before it would be told again.
//! A record that cannot be read takes no other along, and one that another patient has from now on
//! is cancelled for the one before.

mod appointment;

use rounds_sdk::*;
use serde::Deserialize;

use crate::appointment::{Appointment, Patient};

const EVENTS: [&str; 5] = [
    "Scheduling.New",
    "Scheduling.Reschedule",
    "Scheduling.Modification",
    "Scheduling.Cancel",
    "Scheduling.NoShow",
];
const SETTINGS: &str = r#"{"type":"object","properties":{"page_size":{"type":"integer","minimum":1,"maximum":1000}},"additionalProperties":false}"#;
const LARGEST_PAGE: usize = 10_000;
const DAY: u32 = 86_400;
const UNREADABLE: &str = "an appointment without what each must have, or with it otherwise";

/// The connector.
pub struct Clinic;

#[derive(Deserialize)]
struct Settings {
    #[serde(default = "usual_page")]
    page_size: usize,
}

#[derive(Deserialize)]
struct Answer {
    appointments: Vec<Record>,
}

/// When a record changed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changed {
    changed_at: String,
}

impl Connector for Clinic {
    fn describe() -> Manifest {
        Manifest::new("clinic", "0.1.0", "Appointments of a clinic, with their patients")
            .action(Action::feed("appointments", "Appointments", &EVENTS, 60))
            .settings_schema(SETTINGS)
            .auth(&["none", "basic", "bearer"])
            .requests(&["GET /appointments", "GET /patient/*"])
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let (since, limit) = position(context, cursor)?;
        Ok(Request::get("/appointments").query("changedsince", since).query("limit", limit))
    }

    fn changes(
        context: &Context,
        cursor: Option<&str>,
        answer: &Response,
    ) -> Result<Page, Failure> {
        let (since, limit) = position(context, cursor)?;
        let Answer { appointments } = answer.ok()?.json()?;
        let is_full = appointments.len() >= limit;
        let (now, mut newest) =
            (Time::parse(&context.now)?, (Time::parse(since)?, since.to_owned()));
        let mut moved = false;
        let page = Page::last("", []).read_each("appointments", &appointments, |record| {
            let (at, change) = change_of(record).map_err(|_| Failure::unexpected(UNREADABLE))?;
            if at >= newest.0 && !is_ahead(at, now) {
                moved |= at > newest.0;
                newest = (at, change.version.clone().unwrap_or_default());
            }
            Ok(change)
        })?;
        let page_size = context.settings::<Settings>()?.page_size;
        let cursor = match (is_full, moved) {
            (true, false) => format!("{since} {}", larger(limit)?),
            (true, true) | (false, _) => format!("{} {page_size}", newest.1),
        };
        Ok(Page { more: is_full, cursor, ..page })
    }

    fn collect(
        _: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let appointment: Appointment = serde_json::from_str(&change.data)
            .map_err(|_| Failure::unexpected("an appointment that cannot be read"))?;
        let Some(answer) = collected.first() else { return Ok(ask(&appointment.patient_id)) };
        let patient = patient_of(answer)?;
        let start = fingerprint([appointment.start.as_deref().unwrap_or_default()]);
        let event = appointment.event(memo.map(|memo| memo == start));
        Ok(Notification::new(event, &appointment.told_with(patient))?.memo(start).into())
    }

    /// Without a memo, as it is another's from now on: that one hears of it as new.
    fn moved_away(
        _: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let before = change.key.as_deref().and_then(|key| key.strip_prefix("patient/"));
        let (Some(_), Some(before)) = (memo, before) else {
            return Ok(Skipped::new("nobody was told of it").into());
        };
        let Some(answer) = collected.first() else { return Ok(ask(before)) };
        let cancelled = Appointment::cancelled(&change.id, before);
        let told = cancelled.told_with(patient_of(answer)?);
        Ok(Notification::new("Scheduling.Cancel", &told)?.into())
    }
}

/// When a record changed, and the change that it is.
fn change_of(record: &Record) -> Result<(Time, Change), Failure> {
    let Changed { changed_at } = record.read()?;
    let appointment: Appointment = record.read()?;
    let change = Change::upserted(&appointment.id, record.text())
        .key(format!("patient/{}", appointment.patient_id))
        .version(&changed_at)
        .content(appointment.content());
    Ok((Time::parse(&changed_at)?, change.occurred_at(changed_at)))
}

fn ask(patient: &str) -> Step {
    Step::Fetch(vec![Request::get(format!("/patient/{}", encode(patient)))])
}

/// The patient, where the clinic still knows that one.
fn patient_of(answer: &Response) -> Result<Option<Patient>, Failure> {
    match answer.status {
        404 | 410 => Ok(None),
        _ => Ok(Some(answer.ok()?.json()?)),
    }
}

/// From when to ask, and for how many.
fn position<'a>(
    context: &'a Context,
    cursor: Option<&'a str>,
) -> Result<(&'a str, usize), Failure> {
    let Some(cursor) = cursor else {
        return Ok((&context.since, context.settings::<Settings>()?.page_size));
    };
    let position = cursor.split_once(' ').and_then(|(since, limit)| {
        let limit = limit.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit))?;
        Time::parse(since).ok().map(|at| (at, (since, limit)))
    });
    let (at, position) =
        position.ok_or_else(|| Failure::CursorLost("not a cursor of this connector".into()))?;
    if is_ahead(at, Time::parse(&context.now)?) {
        return Err(Failure::CursorLost("the cursor lies in the future".into()));
    }
    Ok(position)
}

/// Whether a time is further ahead than a clock goes wrong.
fn is_ahead(time: Time, now: Time) -> bool {
    time.minus_seconds(DAY) > now
}

/// The page that may reach past so many of one time.
fn larger(limit: usize) -> Result<usize, Failure> {
    if limit >= LARGEST_PAGE {
        return Err(Failure::unexpected("more than 10000 appointments changed at one instant"));
    }
    Ok((limit * 2).min(LARGEST_PAGE))
}

fn usual_page() -> usize {
    100
}

export!(Clinic);
