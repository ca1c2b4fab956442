//! A report as people read it: the checks at a glance, then each finding in full.

use std::fmt;

use super::report::{Check, Cost, Finding, Outcome, Report};

/// Where the explanations of a finding end a line.
const WIDTH: usize = 100;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
        for note in &self.notes {
            paragraph(f, "note", note)?;
        }
        for check in &self.checks {
            row(f, check, widest)?;
        }
        for (number, finding) in self.findings.iter().enumerate() {
            explain(f, number + 1, finding)?;
        }
        writeln!(f)?;
        let counts = &self.counts;
        write!(
            f,
            "{}: {} checks passed, {} found something, {} had nothing to try ({} calls judged)",
            self.connector,
            counts.passed,
            counts.with_findings,
            counts.not_applicable,
            counts.tries
        )?;
        let worse = self.findings.iter().filter(|finding| finding.cost != Cost::Untidy).count();
        write!(f, "; {} findings, {worse} of them to mend", self.findings.len())
    }
}

fn row(f: &mut fmt::Formatter<'_>, check: &Check, widest: usize) -> fmt::Result {
    let (mark, said) = match &check.outcome {
        Outcome::Passed => ("passed", check.about.to_owned()),
        Outcome::Found { found } => ("FOUND", format!("{} ({found})", check.about)),
        Outcome::NotApplicable { why } => ("-", format!("{}: {why}", check.about)),
    };
    writeln!(f, "{:<widest$}  {mark:<6}  {said}", check.name)?;
    for note in &check.notes {
        writeln!(f, "{:<widest$}          note: {note}", "")?;
    }
    Ok(())
}

fn explain(f: &mut fmt::Formatter<'_>, number: usize, finding: &Finding) -> fmt::Result {
    let Finding { cost, check, seen, costs, mend, cases, more } = finding;
    writeln!(f, "\n{number}. {} ({check}): {seen}", cost.to_string().to_uppercase())?;
    for case in cases {
        paragraph(f, "seen", &format!("{}: {}", case.call, case.what))?;
    }
    if *more > 0 {
        paragraph(f, "", &format!("and {more} more like these"))?;
    }
    paragraph(f, "costs", costs)?;
    paragraph(f, "mend", mend)
}

/// Words under a title of their own, folded at the line's end.
fn paragraph(f: &mut fmt::Formatter<'_>, title: &str, text: &str) -> fmt::Result {
    let mut line = format!("   {title:<6}");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            writeln!(f, "{line}")?;
            line = " ".repeat(9);
        }
        line.push(' ');
        line.push_str(&shown(word));
    }
    writeln!(f, "{line}")
}

/// What an EHR or a connector wrote must not steer the terminal that shows it.
fn shown(word: &str) -> String {
    word.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::report::{Flaw, Tally};
    use super::*;

    static FLAW: Flaw = Flaw {
        cost: Cost::LostChange,
        seen: "an outage looks like nothing changed",
        costs: "what changed meanwhile is never told",
        mend: "look at the status first",
    };

    #[test]
    fn a_report_can_be_read() {
        let mut tally = Tally::new("failures", "Answers of every failure");
        tally.tried();
        tally.found(&FLAW, "status 500 \u{1b}[31m", "`changes` of x, poll 1");
        let none = Tally::new("order", "Oldest first").done("no recording has two changes");
        let text = Report::of("x@1".into(), Vec::new(), vec![tally.done(""), none]).to_string();
        let expected = "\
failures  FOUND   Answers of every failure (1)
order     -       Oldest first: no recording has two changes

1. LOST CHANGE (failures): an outage looks like nothing changed
   seen   `changes` of x, poll 1: status 500 \u{fffd}[31m
   costs  what changed meanwhile is never told
   mend   look at the status first

x@1: 0 checks passed, 1 found something, 1 had nothing to try (1 calls judged); 1 findings, 1 of them to mend";
        assert_eq!(text, expected);
    }
}
