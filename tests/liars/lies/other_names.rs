//! A server behind a proxy, which thinks that it is somewhere else: its links, its `fullUrl`s and, where
//! it writes them whole, its references have another host, scheme, port or path than the user's base URL.

use std::str::from_utf8;

use bytes::Bytes;
use rounds::egress::Answered;
use serde_json::Value;

use super::{Asked, Chance, Lie, Moment, Plan, Record};

/// Where the user says that it is, and where it thinks that it is.
type Names = (&'static str, &'static str);

const PLAIN: &str = "http://ehr.sim/fhir";
const SECURE: &str = "https://ehr.sim/fhir";

const NAMES: &[Names] = &[
    (PLAIN, "http://fhir-internal.sim/fhir"),
    (SECURE, "http://ehr.sim/fhir"),
    (PLAIN, "https://ehr.sim/fhir"),
    (PLAIN, "http://ehr.sim:8080/fhir"),
    (PLAIN, "http://ehr.sim/r4"),
    (PLAIN, "http://ehr.sim"),
    (SECURE, "http://10.9.8.7:8080/baseR4/v2"),
];

pub(in super::super) struct OtherNames {
    names: Names,
    /// Whether the user named that as well.
    is_allowed: bool,
    /// Whether references are whole URLs.
    is_whole: bool,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let names = NAMES[chance.below(NAMES.len() as u64) as usize];
    // There is nothing else to allow where the origin is the same.
    let is_allowed = !names.1.starts_with("http://ehr.sim/") && chance.happens(0.3);
    Box::new(OtherNames { names, is_allowed, is_whole: chance.happens(0.7) })
}

impl OtherNames {
    /// All that are known, with references that are whole.
    pub(in super::super) fn all() -> impl Iterator<Item = Self> {
        let each = |names| Self { names, is_allowed: false, is_whole: true };
        NAMES.iter().copied().map(each)
    }
}

impl Lie for OtherNames {
    fn name(&self) -> &'static str {
        "other names"
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        let (base, own) = self.names;
        plan.user.base = base.into();
        plan.user.shows_a_token();
        if self.is_allowed {
            plan.user.also.push(own.into());
        }
    }

    fn shows(&mut self, _record: &Record, shown: &mut Value, _moment: &mut Moment) {
        if self.is_whole {
            make_whole(shown, self.names.0);
        }
    }

    fn sends(&mut self, _asked: &Asked, answered: &mut Answered, _moment: &mut Moment) {
        let (base, own) = self.names;
        if let Ok(text) = from_utf8(&answered.body) {
            answered.body = Bytes::from(text.replace(base, own));
        }
    }
}

/// Writes each reference in a resource as a URL below a base.
fn make_whole(value: &mut Value, base: &str) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|it| make_whole(it, base)),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match value.as_str().filter(|_| name == "reference") {
                    Some(reference) => *value = format!("{base}/{reference}").into(),
                    None => make_whole(value, base),
                }
            }
        }
        _ => {}
    }
}
