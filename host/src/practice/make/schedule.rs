//! Appointments.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{coded, refer, set, words};
use crate::practice::{Chance, Kind};

const MINUTES: i64 = 30;

/// Who meets where. A hold has no patient.
pub(in crate::practice) struct Participants<'a> {
    pub(in crate::practice) patient: Option<&'a str>,
    pub(in crate::practice) practitioner: &'a str,
    pub(in crate::practice) location: &'a str,
}

impl Participants<'_> {
    fn list(&self) -> Vec<Value> {
        let patient = self.patient.map(|id| (Kind::Patient, id));
        let others = [(Kind::Practitioner, self.practitioner), (Kind::Location, self.location)];
        let all = patient.into_iter().chain(others);
        all.map(|(kind, id)| json!({ "actor": refer(kind, id), "status": "accepted" })).collect()
    }
}

/// A newly booked appointment, the `number`th, within the fortnight that follows `now`.
pub(in crate::practice) fn appointment(
    number: usize,
    participants: &Participants<'_>,
    now: Timestamp,
    chance: &mut Chance,
) -> Value {
    let reason = if participants.patient.is_some() { chance.word(words::REASONS) } else { "Hold" };
    let mut record = json!({
        "identifier": [{ "system": "urn:oid:2.999.3", "value": format!("V{:07}", number) }],
        "status": "booked",
        "serviceType": [coded(
            "http://terminology.hl7.org/CodeSystem/service-type", "124", "General Practice",
        )],
        "appointmentType": coded(
            "http://terminology.hl7.org/CodeSystem/v2-0276", "ROUTINE", "Routine appointment",
        ),
        "reasonCode": [{ "text": reason }],
        "description": reason,
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "minutesDuration": MINUTES,
        "participant": participants.list(),
    });
    meet_at(&mut record, some_time(now, chance));
    record
}

/// Moves it to another time.
pub(in crate::practice) fn rescheduled(record: &mut Value, now: Timestamp, chance: &mut Chance) {
    let before = record.get("start").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let mut start = some_time(now, chance);
    if Some(start) == before {
        start += SignedDuration::from_hours(24);
    }
    meet_at(record, start);
}

/// Calls it off.
pub(in crate::practice) fn cancelled(record: &mut Value, chance: &mut Chance) {
    let (code, display) = chance.pick(words::CANCEL_REASONS).copied().unwrap_or(("other", "Other"));
    let system = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";
    set(record, "status", "cancelled");
    set(record, "cancelationReason", coded(system, code, display));
}

/// Nobody came.
pub(in crate::practice) fn missed(record: &mut Value) {
    set(record, "status", "noshow");
}

fn meet_at(record: &mut Value, start: Timestamp) {
    let end = start + SignedDuration::from_mins(MINUTES);
    set(record, "start", start.to_string());
    set(record, "end", end.to_string());
}

/// A quarter of an hour between 08:00 and 17:00 UTC, on one of the next 14 days.
fn some_time(now: Timestamp, chance: &mut Chance) -> Timestamp {
    const DAY: i64 = 86_400;
    let today = now.as_second().div_euclid(DAY) * DAY;
    let quarters = i64::try_from(chance.below(36)).unwrap_or(0);
    let days = 1 + i64::try_from(chance.below(14)).unwrap_or(0);
    let start = today + days * DAY + 8 * 3_600 + quarters * 900;
    Timestamp::from_second(start).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescheduling_always_moves() {
        let (now, mut chance) = (Timestamp::UNIX_EPOCH, Chance::seeded(3));
        let who = Participants { patient: None, practitioner: "doc-1", location: "loc-1" };
        let mut record = appointment(1, &who, now, &mut chance);
        for _ in 0..2_000 {
            let before = record.get("start").cloned();
            rescheduled(&mut record, now, &mut chance);
            assert_ne!(record.get("start").cloned(), before);
        }
    }
}
