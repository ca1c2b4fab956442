//! Looking at every line of the log.

use std::fmt;

use serde::Serialize;

use super::{
    Error, What,
    chain::{self, Link, Sealed},
    files::Locked,
};

/// What came of looking at every line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Lines that there are.
    pub lines: usize,
    /// What is wrong, in the order of lines.
    pub findings: Vec<Finding>,
    /// What is worth knowing and nobody's fault.
    pub notes: Vec<String>,
    /// Every line that is whole, by number and seal: to compare with a head that was noted before.
    #[serde(skip)]
    links: Vec<Link>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// At which line of the file, from 1.
    pub line: usize,
    /// What.
    pub broken: Broken,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// The line is not what was written.
    Changed,
    /// Nobody with the key wrote this line.
    Inserted,
    /// Entries are missing before this line.
    Missing {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// The line was written earlier than the one before it, or is there twice.
    Moved,
    /// The line belongs to another history than the one before it.
    Forked,
    /// Entries are missing at the end.
    Cut {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// The head is gone or not what was written: nobody knows whether the end was cut before.
    Head,
    /// A head that was noted before is not in this log.
    Another,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match &self.broken {
            Broken::Changed => write!(f, "line {line} was changed"),
            Broken::Inserted => write!(f, "line {line} was put in"),
            Broken::Missing { from, to } => {
                write!(f, "entries {from} to {to} are missing before line {line}")
            }
            Broken::Moved => write!(f, "line {line} is not in its place, or there twice"),
            Broken::Forked => write!(f, "line {line} does not belong to the line before it"),
            Broken::Cut { from, to } => {
                write!(f, "entries {from} to {to} were cut off at the end, after line {line}")
            }
            Broken::Head => write!(
                f,
                "the head is missing or changed at line {line}: nobody knows whether lines before were cut off"
            ),
            Broken::Another => write!(f, "the head that was noted before is not in this log"),
        }
    }
}

impl Verdict {
    /// Whether the log is what was written.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    /// The last line as `number:seal`, to be noted elsewhere.
    pub fn head(&self) -> Option<String> {
        self.links.last().map(|link| format!("{}:{}", link.sequence, link.seal))
    }

    /// Compares with a head that somebody noted before.
    pub fn compare(&mut self, noted: &str) {
        let is_it = |link: &Link| format!("{}:{}", link.sequence, link.seal) == noted;
        if !self.links.iter().any(is_it) {
            self.findings.push(Finding { line: self.lines, broken: Broken::Another });
        }
    }
}

/// Walks over the lines.
struct Walk {
    verdict: Verdict,
    /// The line before, unless it was broken.
    before: Option<Link>,
    /// The number that the next line should have.
    next: u64,
    /// Lines without a fitting seal since the last that had one.
    broken: Vec<usize>,
}

pub(super) fn verify(log: &Locked) -> Result<Verdict, Error> {
    let text = log.text()?;
    let (lines, torn) = chain::lines(&text);
    let verdict = Verdict { lines: 0, findings: Vec::new(), notes: Vec::new(), links: Vec::new() };
    let mut walk = Walk { verdict, before: Some(Link::first()), next: 1, broken: Vec::new() };
    for line in lines {
        walk.verdict.lines += 1;
        match chain::open(&log.key, line) {
            Some(sealed) => walk.whole(sealed),
            None => walk.broken.push(walk.verdict.lines),
        }
    }
    let head = log.head_text().and_then(|text| chain::open_head(&log.key, &text));
    walk.settle(head.as_ref().map(|head| head.sequence + 1));
    walk.end(head, !torn.is_empty());
    Ok(walk.verdict)
}

impl Walk {
    fn found(&mut self, line: usize, broken: Broken) {
        self.verdict.findings.push(Finding { line, broken });
    }

    fn whole(&mut self, Sealed { entry, prev, link }: Sealed) {
        let line = self.verdict.lines;
        let follows_broken = !self.broken.is_empty();
        self.settle(Some(link.sequence));
        let is_behind = link.sequence < self.next;
        match self.next {
            _ if is_behind => self.found(line, Broken::Moved),
            next if link.sequence > next => {
                self.found(line, Broken::Missing { from: next, to: link.sequence - 1 });
            }
            _ => {
                let fits = self.before.as_ref().is_none_or(|before| before.seal == prev);
                if !fits && !follows_broken {
                    self.found(line, Broken::Forked);
                }
            }
        }
        self.remark(line, entry.what);
        if !is_behind {
            self.next = link.sequence + 1;
            self.before = Some(link.clone());
        }
        self.verdict.links.push(link);
    }

    fn remark(&mut self, line: usize, what: What) {
        match what {
            What::Repair => self.verdict.notes.push(format!(
                "line {line}: the host ended while it wrote a line, before it gave an answer; what was left of it was cut off"
            )),
            What::HeadLost => self.found(line, Broken::Head),
            _ => {}
        }
    }

    /// Judges broken lines by the number of the whole one that follows: as many as are missing were
    /// changed, more were put in.
    fn settle(&mut self, following: Option<u64>) {
        let broken = std::mem::take(&mut self.broken);
        let missing = following.map_or(u64::MAX, |following| following.saturating_sub(self.next));
        for line in broken.iter().copied() {
            let is_changed = (broken.len() as u64) <= missing;
            self.found(line, if is_changed { Broken::Changed } else { Broken::Inserted });
            if is_changed {
                self.next += 1;
                self.before = None;
            }
        }
    }

    fn end(&mut self, head: Option<Link>, is_torn: bool) {
        let line = self.verdict.lines;
        match head {
            None => self.found(line, Broken::Head),
            Some(head) if head.sequence >= self.next => {
                self.found(line, Broken::Cut { from: self.next, to: head.sequence });
            }
            Some(head) => {
                let at = self.verdict.links.iter().find(|link| link.sequence == head.sequence);
                let is_other = at.is_some_and(|link| link.seal != head.seal);
                if is_other {
                    self.found(line, Broken::Forked);
                }
            }
        }
        if is_torn {
            self.verdict.notes.push(
                "the last line is torn: the host ended while it wrote it, before it gave an answer; the next start mends it".into(),
            );
        }
    }
}
