//! Planting canaries: texts of which every occurrence can be found again, in place of what
//! recorded answers say of patients.
//!
//! Which fields those are nobody has to say: whatever can be replaced while the connector still
//! finds the same changes, asks the same and tells the same events is no id, no reference and no
//! time. What it cannot do without keeps its recorded value.

use serde_json::Value;

use super::{
    json::{self, Path},
    lab::Lab,
    material::{Material, text, with_json},
    play,
    recording::Recording,
    stamp::Stamp,
    watch::Canary,
};

/// Words in the names of fields that are about a person, whatever their values look like.
const PERSONAL: [&str; 23] = [
    "name", "given", "family", "first", "middle", "last", "birth", "dob", "ssn", "phone", "mobile",
    "telecom", "mail", "street", "address", "city", "zip", "postal", "display", "text", "note",
    "comment", "reason",
];

/// How many canaries one recording gets: every call is searched for each of them.
const MOST: usize = 500;

/// A place in a recorded answer that a canary may take.
struct Spot {
    poll: usize,
    exchange: usize,
    path: Path,
    text: String,
}

/// The recordings with as many canaries as they bear.
pub(super) async fn plant(lab: &mut Lab<'_>, recordings: Vec<Recording>) -> Vec<Recording> {
    let (mut planted, mut canaries) = (Vec::new(), Vec::new());
    let mut number = 0;
    for recording in recordings {
        let spots = spots(&recording, &mut number);
        planted.push(plant_one(lab, recording, spots, &mut canaries).await);
    }
    lab.watch.canaries = canaries;
    planted
}

/// Plants all at once where that does no harm, else halves of them, down to single ones.
async fn plant_one(
    lab: &mut Lab<'_>,
    recording: Recording,
    spots: Vec<Spot>,
    canaries: &mut Vec<Canary>,
) -> Recording {
    let mut bed = [recording];
    let expected = skeleton(&play::play(lab, &bed).await);
    let mut halves = vec![spots];
    while let Some(mut spots) = halves.pop() {
        if spots.is_empty() {
            continue;
        }
        let before = set(&mut bed, &spots, None);
        if skeleton(&play::play(lab, &bed).await) == expected {
            canaries.extend(spots.into_iter().map(Canary::from));
            continue;
        }
        if spots.len() == 1 {
            watch_identity(lab, &bed, &spots).await;
        }
        set(&mut bed, &spots, Some(before));
        if spots.len() > 1 {
            let rest = spots.split_off(spots.len() / 2);
            halves.extend([rest, spots]);
        }
    }
    let [recording] = bed;
    recording
}

/// What tells records apart may stand wherever ids do, unless it is a person's own.
async fn watch_identity(lab: &mut Lab<'_>, bed: &[Recording], spots: &[Spot]) {
    let personal = spots.iter().filter(|spot| spot.path.names(&PERSONAL));
    lab.watch.canaries = personal.map(Canary::from).collect();
    if !lab.watch.canaries.is_empty() {
        play::play(lab, bed).await;
        lab.watch.canaries.clear();
    }
}

impl From<&Spot> for Canary {
    fn from(spot: &Spot) -> Self {
        Self { text: spot.text.to_lowercase(), field: spot.path.to_string() }
    }
}

impl From<Spot> for Canary {
    fn from(spot: Spot) -> Self {
        Self::from(&spot)
    }
}

fn spots(recording: &Recording, number: &mut usize) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (poll, of) in recording.polls.iter().enumerate() {
        for (exchange, of) in of.exchanges.iter().enumerate() {
            let body: Value = serde_json::from_slice(&of.answer.body).unwrap_or_default();
            for (path, value) in json::scalars(&body) {
                let text = canary(&path, path.get(&body), &value, *number);
                let text = text.filter(|_| spots.len() < MOST && !is_asked(recording, &value));
                if let Some(text) = text {
                    spots.push(Spot { poll, exchange, path, text });
                    *number += 1;
                }
            }
        }
    }
    spots
}

/// Whether requests name it: then it is an id, or leads to one.
fn is_asked(recording: &Recording, value: &str) -> bool {
    let mut exchanges = recording.polls.iter().flat_map(|poll| &poll.exchanges);
    exchanges.any(|exchange| exchange.request.contains(value))
}

/// What takes the place of a text that may say something of a patient.
fn canary(path: &Path, value: Option<&Value>, text: &str, number: usize) -> Option<String> {
    let personal = path.names(&PERSONAL);
    if !matches!(value, Some(Value::String(_))) || text.contains("://") {
        return None;
    }
    match Stamp::parse(text) {
        Some(stamp) if personal && !stamp.has_clock() => {
            let day = jiff::civil::date(1800, 1, 1);
            let day = day.checked_add(jiff::Span::new().days(i64::try_from(number % 9000).ok()?));
            day.ok().map(|day| day.to_string())
        }
        Some(_) => None,
        None if personal || !is_code(text) => Some(format!("Canary{number}q")),
        None => None,
    }
}

/// One word without digits, as `booked`: nobody's.
fn is_code(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphabetic() || "-_".contains(letter))
}

/// Sets all spots to their canaries, or to what is given; answers what stood there.
fn set(bed: &mut [Recording; 1], spots: &[Spot], to: Option<Vec<Value>>) -> Vec<Value> {
    let [recording] = bed;
    let mut new = to.unwrap_or_else(|| spots.iter().map(|spot| spot.text.clone().into()).collect());
    let same = |a: &Spot, b: &Spot| (a.poll, a.exchange) == (b.poll, b.exchange);
    for spots in spots.chunk_by(same) {
        let Some(first) = spots.first() else { continue };
        let poll = recording.polls.get_mut(first.poll);
        let Some(exchange) = poll.and_then(|poll| poll.exchanges.get_mut(first.exchange)) else {
            continue;
        };
        let mut body: Value = serde_json::from_slice(&exchange.answer.body).unwrap_or_default();
        let rest = new.split_off(spots.len());
        let before = spots.iter().zip(new).map(|(spot, new)| spot.path.put(&mut body, new));
        let before: Vec<Value> = before.collect();
        exchange.answer = with_json(&exchange.answer, &body);
        new = [rest, before].concat();
    }
    new
}

/// All that planting must not change.
fn skeleton(material: &Material) -> Vec<String> {
    let mut bones = material.notes.clone();
    for call in &material.pages {
        bones.push(text(&call.place, &call.request));
        let changes = call.page.changes.iter();
        bones.extend(changes.map(|it| format!("{} {:?} {:?}", it.id, it.key, it.occurred_at)));
        let unreadable = call.page.unreadable.iter();
        bones.extend(unreadable.map(|it| format!("{} {:?}", it.place, it.id)));
    }
    for call in &material.collects {
        bones.extend(call.asked.iter().map(|request| text(&call.place, request)));
        bones.push(format!("{:?}", call.event));
    }
    bones
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_be_a_patients_is_replaced() {
        let body = json!({
            "given": "Grace", "status": "booked", "birthDate": "1906-12-09", "id": "p7",
            "at": "2022-05-05T10:00:30Z", "url": "http://x/y", "minutes": 30, "reason": "Check-up",
        });
        let found = json::scalars(&body);
        let replaced: Vec<(String, String)> = found
            .iter()
            .filter_map(|(path, text)| {
                Some((path.to_string(), canary(path, path.get(&body), text, 5)?))
            })
            .collect();
        let expected = [
            ("birthDate", "1800-01-06"),
            ("given", "Canary5q"),
            ("id", "Canary5q"),
            ("reason", "Canary5q"),
        ];
        assert_eq!(replaced, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }
}
