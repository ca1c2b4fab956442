//! What adversity found: checks, their findings, and what each would cost in production.

use std::fmt;

use serde::Serialize;

/// How many cases of a finding are kept; of more there is a count.
const CASES: usize = 5;

/// What all checks of a connector came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The connector, as `fhir-r4@0.1.0`.
    pub connector: String,
    /// Recordings that could not be played to their end, and why.
    pub notes: Vec<String>,
    /// How the checks ended.
    pub counts: Counts,
    /// In the order in which they ran.
    pub checks: Vec<Check>,
    /// The worst first.
    pub findings: Vec<Finding>,
}

/// How many checks ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Checks without a finding.
    pub passed: usize,
    /// Checks with at least one.
    pub with_findings: usize,
    /// Checks that had nothing to try.
    pub not_applicable: usize,
    /// Calls of the connector that were judged.
    pub tries: usize,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name, as `page-boundary`.
    pub name: &'static str,
    /// What it looks at, for people.
    pub about: &'static str,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Calls of the connector that it judged.
    pub tries: usize,
    /// What it could not try, and why.
    pub notes: Vec<String>,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was found.
    Passed,
    /// So many findings.
    Found {
        /// How many.
        found: usize,
    },
    /// There was nothing to try it with.
    NotApplicable {
        /// Why not.
        why: String,
    },
}

/// What a finding costs where the connector runs, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cost {
    /// Something changed, and nobody is ever told.
    LostChange,
    /// A patient's data stands where it must not.
    Leak,
    /// The same is told again.
    Repeated,
    /// Nothing more is told until a person acts.
    Stops,
    /// It is told right, but would be hard to look after.
    Untidy,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LostChange => "lost change",
            Self::Leak => "leak",
            Self::Repeated => "repeated",
            Self::Stops => "stops",
            Self::Untidy => "untidy",
        })
    }
}

/// A way in which connectors fail: what is seen of it, what it costs, how one mends it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) cost: Cost,
    pub(super) seen: &'static str,
    pub(super) costs: &'static str,
    pub(super) mend: &'static str,
}

/// A flaw that this connector has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub cost: Cost,
    /// The check that found it.
    pub check: &'static str,
    /// What was seen.
    pub seen: &'static str,
    /// What it would cost in production.
    pub costs: &'static str,
    /// How one mends it.
    pub mend: &'static str,
    /// When it was seen: the first few.
    pub cases: Vec<Case>,
    /// How many more there were.
    pub more: usize,
}

/// One time that a flaw was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// What was given, and what came of it.
    pub what: String,
    /// The call, by the recording that it was made from, so that it can be made again.
    pub call: String,
}

/// A check under way.
pub(super) struct Tally {
    name: &'static str,
    about: &'static str,
    tries: usize,
    notes: Vec<String>,
    findings: Vec<Finding>,
}

/// A check that came to its end.
pub(super) struct Done {
    pub(super) check: Check,
    pub(super) findings: Vec<Finding>,
}

impl Tally {
    pub(super) fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about, tries: 0, notes: Vec::new(), findings: Vec::new() }
    }

    /// Counts a call that is judged.
    pub(super) fn tried(&mut self) {
        self.tries += 1;
    }

    /// Says what could not be tried, once.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Adds a case of a flaw.
    pub(super) fn found(&mut self, flaw: &'static Flaw, what: impl Into<String>, call: &str) {
        let case = Case { what: what.into(), call: call.into() };
        let check = self.name;
        let known = self.findings.iter_mut().find(|known| known.seen == flaw.seen);
        match known {
            Some(known) if known.cases.contains(&case) => {}
            Some(known) if known.cases.len() < CASES => known.cases.push(case),
            Some(known) => known.more += 1,
            None => self.findings.push(Finding {
                cost: flaw.cost,
                check,
                seen: flaw.seen,
                costs: flaw.costs,
                mend: flaw.mend,
                cases: vec![case],
                more: 0,
            }),
        }
    }

    /// The check; `without` says why there was nothing to try, where there was nothing.
    pub(super) fn done(self, without: &str) -> Done {
        let outcome = match (self.findings.len(), self.tries) {
            (0, 0) => Outcome::NotApplicable { why: without.into() },
            (0, _) => Outcome::Passed,
            (found, _) => Outcome::Found { found },
        };
        let Self { name, about, tries, notes, findings } = self;
        Done { check: Check { name, about, outcome, tries, notes }, findings }
    }
}

impl Report {
    pub(super) fn of(connector: String, notes: Vec<String>, done: Vec<Done>) -> Self {
        let (counts, checks, findings) = (Counts::default(), Vec::new(), Vec::new());
        let mut report = Self { connector, notes, counts, checks, findings };
        for Done { check, findings } in done {
            report.counts.add(&check);
            report.checks.push(check);
            report.findings.extend(findings);
        }
        report.findings.sort_by_key(|finding| finding.cost);
        report
    }

    /// Whether nothing was found that costs more than tidiness.
    pub fn passed(&self) -> bool {
        self.findings.iter().all(|finding| finding.cost == Cost::Untidy)
    }
}

impl Counts {
    fn add(&mut self, check: &Check) {
        self.tries += check.tries;
        *match check.outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Found { .. } => &mut self.with_findings,
            Outcome::NotApplicable { .. } => &mut self.not_applicable,
        } += 1;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    static BAD: Flaw = Flaw { cost: Cost::Stops, seen: "stops", costs: "", mend: "" };
    static WORSE: Flaw = Flaw { cost: Cost::LostChange, seen: "loses", costs: "", mend: "" };

    #[test]
    fn the_worst_comes_first_and_like_cases_together() {
        let mut tally = Tally::new("first", "");
        tally.tried();
        (0..8).for_each(|case| tally.found(&BAD, case.to_string(), "poll 1"));
        tally.found(&BAD, "0", "poll 1");
        let mut second = Tally::new("second", "");
        second.tried();
        second.found(&WORSE, "x", "poll 1");
        let none = Tally::new("third", "").done("nothing recorded");
        let report =
            Report::of("x@1".into(), Vec::new(), vec![tally.done(""), second.done(""), none]);
        let costs: Vec<Cost> = report.findings.iter().map(|finding| finding.cost).collect();
        assert_eq!(costs, [Cost::LostChange, Cost::Stops]);
        assert_eq!((report.findings[1].cases.len(), report.findings[1].more), (5, 3));
        let counts = Counts { passed: 0, with_findings: 2, not_applicable: 1, tries: 2 };
        assert_eq!(report.counts, counts);
        assert!(!report.passed());
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["checks"][2]["outcome"], "not-applicable");
        assert_eq!(json["findings"][0]["cost"], "lost-change");
    }
}
