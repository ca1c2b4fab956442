//! What was written, and whether what was told of it is right.
//!
//! Every state of a record carries a mark that no other has, in a field that is told. So what was told is
//! known by its contents, whatever ids, versions and times are said beside it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

use rounds::practice::Received;
use serde_json::{Value, json};

/// What a mark begins with; its number follows.
const MARK: &str = "state-";

/// All that was written. Judges what was told.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Written>);

#[derive(Default)]
struct Written {
    next: usize,
    /// By record, the numbers of its states in the order in which they were written.
    states: BTreeMap<String, Vec<usize>>,
    /// Records that were deleted, and are told once more for it.
    deleted: HashSet<String>,
}

/// What a notification tells, as far as it is judged.
#[derive(Clone)]
pub(super) struct Told {
    /// Its `webhook-id`.
    id: String,
    event: String,
    record: String,
    marks: HashSet<usize>,
}

/// How what was told compares with what was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Records written, and their states.
    pub(super) records: usize,
    pub(super) states: usize,
    /// Notifications of these records.
    pub(super) told: usize,
    /// Records whose last state was not told.
    pub(super) missing: Vec<String>,
    /// Notifications that came again under their id.
    pub(super) repeated: usize,
    /// States that were told under another id, too.
    pub(super) twice: Vec<String>,
    /// Notifications of a state older than one that was told before.
    pub(super) backwards: Vec<String>,
    /// Notifications without a state of their record.
    pub(super) strange: Vec<String>,
}

impl Told {
    /// The event, and of which record.
    pub(super) fn what(&self) -> (&str, &str) {
        (&self.event, &self.record)
    }
}

impl Ledger {
    /// Marks a record as its next state. Its id is given, or [`Self::is_known_as`] tells it.
    pub(super) fn mark(&self, record: &mut Value) -> usize {
        let mut written = self.written();
        let number = written.next;
        written.next += 1;
        if let Some(id) = record["id"].as_str() {
            written.states.entry(id.to_owned()).or_default().push(number);
        }
        mark(record, number);
        number
    }

    /// The id that the server gave a record when it got its first state.
    pub(super) fn is_known_as(&self, number: usize, id: &str) {
        self.written().states.entry(id.to_owned()).or_default().push(number);
    }

    /// A record is gone, which is its last state.
    pub(super) fn is_deleted(&self, id: &str) {
        self.written().deleted.insert(id.to_owned());
    }

    /// Compares it with what a receiver took, in the order of arrival.
    pub(super) fn judge(&self, received: &[Told]) -> Verdict {
        let written = self.written();
        let mut verdict = Verdict {
            records: written.states.len(),
            states: written.states.values().map(Vec::len).sum(),
            ..Verdict::default()
        };
        let (mut ids, mut last) = (HashSet::new(), HashMap::<&str, usize>::new());
        for one in received {
            let record = one.record.as_str();
            let Some(states) = written.states.get(record) else { continue };
            verdict.told += 1;
            if !ids.insert(&one.id) {
                verdict.repeated += 1;
                continue;
            }
            let what = || format!("{} {record}", one.event);
            let Some(at) = written.state(one, states) else {
                verdict.strange.push(what());
                continue;
            };
            match last.get(record) {
                Some(before) if *before == at => verdict.twice.push(what()),
                Some(before) if *before > at => verdict.backwards.push(what()),
                _ => drop(last.insert(record, at)),
            }
        }
        let is_told = |(id, states): &(&String, &Vec<usize>)| {
            let gone = usize::from(written.deleted.contains(*id));
            last.get(id.as_str()).is_some_and(|at| at + 1 == states.len() + gone)
        };
        let missing = written.states.iter().filter(|it| !is_told(it)).map(|(id, _)| id.clone());
        verdict.missing = missing.collect();
        verdict
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap()
    }
}

impl Written {
    /// Which of its states a notification tells, as a place among them; a deletion is behind the last.
    fn state(&self, told: &Told, states: &[usize]) -> Option<usize> {
        let at = states.iter().position(|number| told.marks.contains(number));
        at.or_else(|| self.deleted.contains(&told.record).then_some(states.len()))
    }
}

impl From<&Received> for Told {
    fn from(received: &Received) -> Self {
        let body: Value = serde_json::from_slice(&received.body).expect("JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            id: received.id.clone(),
            event: text(&body["type"]),
            record: last_part(&text(&body["meta"]["record"])).to_owned(),
            marks: marks(&body["data"].to_string()),
        }
    }
}

impl Verdict {
    /// Whether all is told.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether nothing is told that must not be. A host or a receiver that was killed may send again what
    /// it sent, under the same id.
    pub(super) fn is_right(&self, with_kills: bool) -> bool {
        let repeated = if with_kills { 0 } else { self.repeated };
        repeated + self.twice.len() + self.backwards.len() + self.strange.len() == 0
    }

    /// In a few words.
    pub(super) fn story(&self) -> String {
        let some = |list: &[String]| {
            format!("{} {:?}", list.len(), list.iter().take(5).collect::<Vec<_>>())
        };
        format!(
            "{} records with {} states, {} notifications; missing {}, twice {}, backwards {}, strange {}, \
             repeated {}",
            self.records,
            self.states,
            self.told,
            some(&self.missing),
            some(&self.twice),
            some(&self.backwards),
            some(&self.strange),
            self.repeated,
        )
    }
}

/// Writes a mark where each kind of record has words that are told.
fn mark(record: &mut Value, number: usize) {
    let mark = format!("{MARK}{number}");
    match record["resourceType"].as_str().expect("a resourceType") {
        "Patient" => record["name"][0]["family"] = json!(mark),
        "DiagnosticReport" => record["conclusion"] = json!(mark),
        "ServiceRequest" | "Observation" => record["note"] = json!([{ "text": mark }]),
        _ => record["reasonCode"] = json!([{ "text": mark }]),
    }
}

fn marks(text: &str) -> HashSet<usize> {
    let numbers = text.split(MARK).skip(1);
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    numbers.filter_map(|rest| digits(rest).parse().ok()).collect()
}

fn last_part(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str, record: &str, state: usize) -> Told {
        let data = json!({ "Visit": { "Reason": format!("{MARK}{state}") } });
        let body = json!({ "type": "A", "meta": { "record": record }, "data": data });
        Told::from(&Received {
            id: id.into(),
            attempt: 1,
            altered: false,
            taken: true,
            at: "2027-01-01T00:00:00Z".parse().unwrap(),
            body: body.to_string().into_bytes().into(),
        })
    }

    fn judged(told: &[Told]) -> [usize; 4] {
        let ledger = Ledger::default();
        for id in ["a", "b", "a"] {
            ledger.mark(&mut json!({ "resourceType": "Appointment", "id": id }));
        }
        let verdict = ledger.judge(told);
        [verdict.missing.len(), verdict.twice.len(), verdict.backwards.len(), verdict.repeated]
    }

    #[test]
    fn a_verdict_sees_each_fault() {
        let (first, other, last) = (told("1", "a", 0), told("2", "T/b", 1), told("3", "a", 2));
        let again = told("4", "a", 2);
        for (told, expected) in [
            (vec![&first, &other, &last], [0; 4]),
            (vec![&other, &last], [0; 4]),
            (vec![&first, &other], [1, 0, 0, 0]),
            (vec![&last], [1, 0, 0, 0]),
            (vec![&other, &last, &again], [0, 1, 0, 0]),
            (vec![&other, &last, &first], [0, 0, 1, 0]),
            (vec![&other, &last, &last], [0, 0, 0, 1]),
        ] {
            assert_eq!(judged(&told.into_iter().cloned().collect::<Vec<_>>()), expected);
        }
    }
}
