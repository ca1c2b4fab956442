//! A server that refuses times that are finer than those that it shows, or any that are finer than a
//! second, though it shows those.

use rounds::egress::Answered;
use serde_json::{Value, json};

use super::{Asked, Chance, Lie, Moment, Plan, Record};
use crate::liars::{
    chronicle::SECOND,
    server::{json_of, says},
};

pub(in super::super) struct CoarseQuestions {
    /// Digits of a second that it shows.
    pub(in super::super) shown: usize,
    /// How many of these it takes.
    pub(in super::super) taken: usize,
    /// What it calls a finer one, if it says anything.
    pub(in super::super) code: Option<&'static str>,
}

pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let digits = [0, 0, 1, 2, 3][chance.below(5) as usize];
    let code = [None, Some("invalid"), Some("value")][chance.below(3) as usize];
    Box::new(CoarseQuestions { shown: digits, taken: digits, code })
}

/// Of those who take none of what they show.
pub(super) fn draw_none(chance: &mut Chance) -> Box<dyn Lie> {
    let code = [None, Some("invalid"), Some("value")][chance.below(3) as usize];
    Box::new(CoarseQuestions { shown: chance.between(1, 3) as usize, taken: 0, code })
}

impl CoarseQuestions {
    fn refuse(&self) -> Answered {
        let Some(code) = self.code else {
            return Answered { status: 400, ..json_of(&json!({"error": "bad request"})) };
        };
        let words = "the value of _lastUpdated is no date";
        let issue = json!({"severity": "error", "code": code, "diagnostics": words});
        let outcome = json!({"resourceType": "OperationOutcome", "issue": [issue]});
        Answered { body: json_of(&outcome).body, ..says(400) }
    }
}

impl Lie for CoarseQuestions {
    fn name(&self) -> &'static str {
        if self.shown == self.taken { "coarse questions" } else { "no fractions" }
    }

    /// As one writes it whose clock is finer than any server's.
    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        plan.user.since = "2025-12-31T23:59:59.965631954Z";
    }

    fn answers(&mut self, asked: &Asked, _moment: &mut Moment) -> Option<Answered> {
        let mut times = asked.query.iter().filter(|(name, _)| name == "_lastUpdated");
        times.any(|(_, time)| digits(time) > self.taken).then(|| self.refuse())
    }

    fn shows(&mut self, _record: &Record, shown: &mut Value, _moment: &mut Moment) {
        let Some(time) = shown["meta"]["lastUpdated"].as_str() else { return };
        if let Some((second, fraction)) = time.trim_end_matches('Z').split_once('.') {
            let fraction = fraction.get(..self.shown).unwrap_or(fraction);
            let point = if fraction.is_empty() { "" } else { "." };
            shown["meta"]["lastUpdated"] = format!("{second}{point}{fraction}Z").into();
        }
    }

    fn blurs(&self) -> i64 {
        2 * SECOND
    }
}

/// Digits of a second's fraction in a time.
fn digits(time: &str) -> usize {
    let fraction = time.split_once('.').map_or("", |(_, rest)| rest);
    fraction.bytes().take_while(u8::is_ascii_digit).count()
}
