//! The last look at a recording: nothing of what was replaced may stand in it.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{
    Error, Options,
    answers::Answers,
    pseudonyms::{Pseudonyms, TELLING},
    scan,
};
use crate::{
    config::Secret,
    connector_test::{json::Json, scenario::Scenario},
};

/// What was there before, and what may stand in a recording all the same.
pub(super) struct Before<'a> {
    /// Whole texts that were replaced.
    texts: &'a HashSet<String>,
    /// Words of them, in small letters.
    words: &'a HashSet<String>,
    dates: &'a HashSet<Date>,
    /// Words that are of an answer's form, or the connector's own.
    stays: [&'a HashSet<String>; 2],
    secrets: &'a [Secret],
}

impl<'a> Before<'a> {
    pub(super) fn new(
        masks: &'a Answers<'_>,
        paths: &'a HashSet<String>,
        options: &'a Options,
    ) -> Self {
        let Pseudonyms { texts, words, dates, .. } = &masks.pseudonyms;
        Self { texts, words, dates, stays: [&masks.stays, paths], secrets: &options.secrets }
    }

    /// Looks through all of a scenario.
    ///
    /// # Errors
    /// Where something stands, but not what.
    pub(super) fn look(&self, scenario: &Scenario) -> Result<(), Error> {
        let text = scenario.text();
        let holds = |secret: &Secret| {
            let secret = secret.expose().trim();
            secret.len() >= TELLING && text.contains(secret)
        };
        if self.secrets.iter().any(holds) {
            return Err(Error::Secret);
        }
        let whole = Json::parse(&text).unwrap_or(Json::Null);
        self.walk("", Part::Made, &whole)
    }

    fn walk(&self, path: &str, part: Part, value: &Json) -> Result<(), Error> {
        let found = || Err(Error::Leak { path: path.trim_start_matches('.').to_owned() });
        match value {
            Json::Null | Json::Bool(_) => Ok(()),
            Json::Number(digits) if self.holds(digits, part) => found(),
            Json::Text(text) if self.holds(&text.read(), part) => found(),
            Json::Number(_) | Json::Text(_) => Ok(()),
            Json::List(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| self.walk(&format!("{path}[{at}]"), part, item)),
            Json::Table(entries) => entries.iter().try_for_each(|(key, value)| {
                let key = key.read();
                if part == Part::Answered && self.holds(&key, part) {
                    return found();
                }
                let part = if part == Part::Made { Part::of(&key) } else { part };
                self.walk(&format!("{path}.{key}"), part, value)
            }),
        }
    }

    fn holds(&self, text: &str, part: Part) -> bool {
        if scan::dates(text).any(|date| self.dates.contains(&date)) {
            return true;
        }
        let whole = part == Part::Answered && text.len() >= TELLING && self.texts.contains(text);
        whole || scan::tokens(text).any(|word| self.is_telling(&word, part))
    }

    fn is_telling(&self, word: &str, part: Part) -> bool {
        // What the connector makes of clean answers is clean; a word of its own may well be one
        // that stood in them, but hardly a number.
        let counts =
            part == Part::Answered || word.contains(|letter: char| letter.is_ascii_digit());
        counts
            && word.len() >= TELLING
            && self.words.contains(word)
            && !self.stays.iter().any(|stays| stays.contains(word))
    }
}

/// Whose words a part of a scenario is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The EHR's.
    Answered,
    /// The connector's.
    Made,
}

impl Part {
    fn of(key: &str) -> Self {
        match key {
            "body" | "headers" | "settings" | "base_url" => Self::Answered,
            _ => Self::Made,
        }
    }
}
