//! Records that a connector on trial failed at where the one before had not been asked about the
//! very same, so that nobody knows whether it would have failed as well. Pure.
//!
//! One of them proves nothing, as an answer may be at fault that only the new one asks for. Three
//! do, with none between that it did well. An answer that is odd in itself counts for nothing: a
//! page for people, or one that came to different questions.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{connector::Request, egress, identity::RecordKey};

/// So many records are proof.
const PROOF: usize = 3;

/// A record that a connector on trial failed at.
pub(crate) struct Suspect {
    record: RecordKey,
    /// Fingerprints of what was asked about it and of what was answered.
    heard: Vec<(u64, u64)>,
}

/// Those since the last record that it did well.
#[derive(Default)]
pub(super) struct Suspects(Vec<Suspect>);

impl Suspect {
    /// A record, and all that was asked and answered about it; `None` where an answer is a page for
    /// people, which no connector can be expected to read.
    pub(crate) fn new<'h>(
        record: RecordKey,
        heard: impl Iterator<Item = (&'h Request, &'h egress::Response)>,
    ) -> Option<Self> {
        let fingerprints = |(asked, answer): (&Request, &egress::Response)| {
            let is_readable = !is_for_people(answer);
            is_readable.then(|| (fingerprint(asked), fingerprint(&answer.body)))
        };
        let heard = heard.map(fingerprints).collect::<Option<_>>()?;
        Some(Self { record, heard })
    }

    /// Whether both may have failed for one reason.
    fn is_like(&self, other: &Self) -> bool {
        let odd = |(asked, answer): &(u64, u64)| {
            other.heard.iter().any(|(before, heard)| before != asked && heard == answer)
        };
        self.record == other.record || self.heard.iter().any(odd)
    }
}

impl Suspects {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one; answers whether they are proof by now.
    pub(super) fn add(&mut self, suspect: Suspect) -> bool {
        if !self.0.iter().any(|other| suspect.is_like(other)) {
            self.0.push(suspect);
        }
        self.0.len() >= PROOF
    }
}

fn is_for_people(answer: &egress::Response) -> bool {
    let beginning = answer.body.get(..LOOKED_AT).unwrap_or(&answer.body);
    let beginning = String::from_utf8_lossy(beginning).to_ascii_lowercase();
    let beginning = beginning.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let says_so = |(name, value): &(String, String)| {
        name == "content-type" && value.to_ascii_lowercase().starts_with("text/html")
    };
    beginning.starts_with("<!doctype html")
        || beginning.starts_with("<html")
        || answer.headers.iter().any(says_so)
}

/// Bytes of an answer that show what it is.
const LOOKED_AT: usize = 256;

fn fingerprint(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn heard(exchanges: &[(&str, &str)]) -> Vec<(Request, egress::Response)> {
        let exchange = |(asked, answer): &(&str, &str)| {
            let (method, target, headers) = (egress::Method::Get, (*asked).into(), Vec::new());
            let body = answer.as_bytes().to_vec().into();
            let request = Request { method, target, headers, body: None };
            (request, egress::Response { status: 200, headers: vec![], body, retry_after: None })
        };
        exchanges.iter().map(exchange).collect()
    }

    fn suspect(record: u8, exchanges: &[(&str, &str)]) -> Option<Suspect> {
        let heard = heard(exchanges);
        Suspect::new(RecordKey([record; 16]), heard.iter().map(|(asked, answer)| (asked, answer)))
    }

    #[test]
    fn three_records_are_proof_and_three_tries_of_one_are_not() {
        for (records, proven) in [([1, 1, 1], false), ([1, 2, 2], false), ([1, 2, 3], true)] {
            let mut suspects = Suspects::default();
            let proofs = records.map(|record| suspects.add(suspect(record, &[]).unwrap()));
            assert_eq!(proofs, [false, false, proven], "{records:?}");
        }
    }

    #[test]
    fn one_answer_to_different_questions_proves_nothing() {
        for (answers, proven) in [
            (["sorry", "sorry", "sorry"], false),
            (["Ada", "sorry", "sorry"], false),
            (["Ada", "Grace", "Mary"], true),
        ] {
            let mut suspects = Suspects::default();
            let mut is_proof = false;
            for (record, answer) in (1..).zip(answers) {
                let asked = format!("/patient/{record}");
                // What all are answered alike, they were asked alike.
                let exchanges = [("/metadata", "R4"), (&asked, answer)];
                is_proof = suspects.add(suspect(record, &exchanges).unwrap());
            }
            assert_eq!(is_proof, proven, "{answers:?}");
        }
    }

    #[test]
    fn a_page_for_people_proves_nothing() {
        for (body, proves) in [
            ("<!DOCTYPE html><title>Sign in</title>", false),
            ("\r\n<HTML lang=en>", false),
            ("\u{feff}<html>", false),
            ("<?xml version=\"1.0\"?><Patient/>", true),
            ("{}", true),
            ("", true),
        ] {
            assert_eq!(suspect(1, &[("/patient/7", body)]).is_some(), proves, "{body}");
        }
        let mut said = heard(&[("/patient/7", "sorry")]);
        let (_, answer) = said.first_mut().unwrap();
        answer.headers.push(("content-type".into(), "Text/HTML; charset=utf-8".into()));
        let said = said.iter().map(|(asked, answer)| (asked, answer));
        assert!(Suspect::new(RecordKey([1; 16]), said).is_none());
    }
}
