//! Odd records beside good ones, each of its own oddity.

use serde_json::{Value, json};

use super::{Chance, Draft, Expected, Kind, Lie, Moment, Plan, Record, Write};
use crate::liars::chronicle::MINUTE;

/// An oddity.
pub(in super::super) struct Odd {
    pub(in super::super) name: &'static str,
    pub(in super::super) expected: Expected,
    change: fn(&mut Value),
}

/// All of them.
pub(in super::super) const ODDITIES: &[Odd] = &[
    Odd { name: "zoneless", expected: Expected::Either, change: zoneless },
    Odd { name: "null-meta", expected: Expected::Told, change: |it| it["meta"] = Value::Null },
    Odd { name: "numeric-id", expected: Expected::Either, change: |it| it["id"] = json!(4711) },
    Odd { name: "no-resource", expected: Expected::Buried, change: |it| *it = Value::Null },
    Odd { name: "text", expected: Expected::Buried, change: |it| *it = "a record".into() },
    Odd { name: "no-id", expected: Expected::Buried, change: |it| remove(it, "id") },
    Odd {
        name: "null-service",
        expected: Expected::Told,
        change: |it| it["serviceType"] = Value::Null,
    },
    Odd {
        name: "null-extension",
        expected: Expected::Told,
        change: |it| it["extension"] = Value::Null,
    },
    Odd { name: "null-participant", expected: Expected::Told, change: null_participant },
    Odd {
        name: "decimal",
        expected: Expected::Told,
        change: |it| it["minutesDuration"] = json!(30.0),
    },
    Odd {
        name: "text-duration",
        expected: Expected::Either,
        change: |it| it["minutesDuration"] = "30".into(),
    },
    Odd { name: "one-participant", expected: Expected::Either, change: one_participant },
    Odd {
        name: "numeric-status",
        expected: Expected::Either,
        change: |it| it["status"] = json!(7),
    },
];

/// R5's way to say an encounter's class.
pub(in super::super) const CLASS_LIST: Odd =
    Odd { name: "class-list", expected: Expected::Told, change: class_list };

pub(in super::super) struct OddRecords(pub(in super::super) Vec<&'static Odd>);

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let mut drawn: Vec<&Odd> = Vec::new();
    for _ in 0..chance.between(1, 5) {
        let odd = &ODDITIES[chance.below(ODDITIES.len() as u64) as usize];
        // Two that say nothing of themselves would look the same.
        if drawn.iter().all(|other| other.name != odd.name) {
            drawn.push(odd);
        }
    }
    Box::new(OddRecords(drawn))
}

impl OddRecords {
    fn of(&self, record: &Record) -> Option<&'static Odd> {
        let place: usize = record.id.strip_prefix("odd")?.parse().ok()?;
        self.0.get(place).copied()
    }
}

impl Lie for OddRecords {
    fn name(&self) -> &'static str {
        "odd records"
    }

    fn plans(&mut self, plan: &mut Plan, chance: &mut Chance) {
        for (place, odd) in self.0.iter().enumerate() {
            let kind =
                if odd.name == CLASS_LIST.name { Kind::Encounter } else { Kind::Appointment };
            let (id, at) = (format!("odd{place}"), chance.below(20 * MINUTE as u64) as i64);
            let draft = Draft::new(kind, Some(&format!("of-{id}")));
            plan.script.push(Write { at, late: 0, kind, id, draft });
        }
    }

    fn shows(&mut self, record: &Record, shown: &mut Value, _moment: &mut Moment) {
        if let Some(odd) = self.of(record) {
            (odd.change)(shown);
        }
    }

    /// What has no zone is read again at each poll.
    fn is_dear(&self) -> bool {
        self.0.iter().any(|odd| odd.name == "zoneless")
    }

    fn expects(&self, record: &Record) -> Expected {
        self.of(record).map_or(Expected::Told, |odd| odd.expected)
    }
}

fn remove(value: &mut Value, field: &str) {
    value.as_object_mut().unwrap().remove(field);
}

fn zoneless(shown: &mut Value) {
    if let Some(time) = shown["meta"]["lastUpdated"].as_str() {
        shown["meta"]["lastUpdated"] = time.trim_end_matches('Z').into();
    }
}

fn null_participant(shown: &mut Value) {
    shown["participant"].as_array_mut().unwrap().insert(0, Value::Null);
}

fn one_participant(shown: &mut Value) {
    shown["participant"] = shown["participant"][0].take();
}

fn class_list(shown: &mut Value) {
    shown["class"] = json!([{"coding": [{"code": "IMP"}]}]);
}
