//! What was asked and answered, and the same answers once more in other words.

use std::collections::HashSet;

use crate::{
    connector_test::{
        drive::{Asked, Ehr},
        scenario::Exchange,
    },
    egress::Response,
};

/// A request and its answer.
pub(super) struct Exchanged {
    pub(super) asked: Asked,
    pub(super) answer: Response,
}

/// An EHR with somebody who takes notes.
pub(super) struct Tape<'e> {
    ehr: &'e mut dyn Ehr,
    pub(super) exchanged: Vec<Exchanged>,
}

impl<'e> Tape<'e> {
    pub(super) fn new(ehr: &'e mut dyn Ehr) -> Self {
        Self { ehr, exchanged: Vec::new() }
    }
}

impl Ehr for Tape<'_> {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let answer = self.ehr.answer(asked)?;
        self.exchanged.push(Exchanged { asked: asked.clone(), answer: answer.clone() });
        Ok(answer)
    }
}

/// Answers in the order in which they were given, as long as the same kind of thing is asked.
pub(super) struct Again<'t> {
    tape: &'t [Exchanged],
    answers: Vec<Response>,
    /// Segments of paths that the connector declares by name.
    named: &'t HashSet<String>,
    asked: Vec<Asked>,
    taken: usize,
}

impl<'t> Again<'t> {
    pub(super) fn new(
        tape: &'t [Exchanged],
        answers: Vec<Response>,
        named: &'t HashSet<String>,
    ) -> Self {
        Self { tape, answers, named, asked: Vec::new(), taken: 0 }
    }

    /// What was asked since the last time.
    pub(super) fn take(&mut self) -> Vec<Exchange> {
        let pairs = self.asked.iter().zip(&self.answers).skip(self.taken);
        let exchanges = pairs.map(|(asked, answer)| Exchange::of(asked, answer)).collect();
        self.taken = self.asked.len();
        exchanges
    }

    /// Whether all that was on the tape has been asked again.
    pub(super) fn finished(&self) -> Result<(), String> {
        match self.tape.get(self.asked.len()) {
            Some(missed) => Err(format!("it no longer asks {}", self.shape(&missed.asked))),
            None => Ok(()),
        }
    }

    /// A request without what may be somebody's.
    fn shape(&self, asked: &Asked) -> String {
        let path = asked.text.split('?').next().unwrap_or_default();
        let segments = path.split('/').enumerate().map(|(at, segment)| match at {
            0 => segment,
            _ if segment.is_empty() || self.named.contains(segment) => segment,
            _ => "*",
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

impl Ehr for Again<'_> {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let at = self.asked.len();
        let (was, answer) = self
            .tape
            .get(at)
            .zip(self.answers.get(at))
            .ok_or_else(|| format!("it asks {} as well", self.shape(asked)))?;
        let (shape, before) = (self.shape(asked), self.shape(&was.asked));
        if shape != before || asked.of != was.asked.of {
            return Err(format!("it asks {shape} where it asked {before}"));
        }
        self.asked.push(asked.clone());
        Ok(answer.clone())
    }
}
