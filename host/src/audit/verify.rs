//! Looking at every line of the log.

use std::fmt;

use aws_lc_rs::hmac;
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
    /// In which file of the log; none for the one that is written.
    pub file: Option<String>,
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
        let line = at(self.file.as_deref(), self.line);
        match &self.broken {
            Broken::Changed => write!(f, "{line} was changed"),
            Broken::Inserted => write!(f, "{line} was put in"),
            Broken::Missing { from, to } => {
                write!(f, "entries {from} to {to} are missing before {line}")
            }
            Broken::Moved => write!(f, "{line} is not in its place, or there twice"),
            Broken::Forked => write!(f, "{line} does not belong to the line before it"),
            Broken::Cut { from, to } => {
                write!(f, "entries {from} to {to} were cut off at the end, after {line}")
            }
            Broken::Head => write!(
                f,
                "the head is missing or changed at {line}: nobody knows whether lines before were cut off"
            ),
            Broken::Another => write!(f, "the head that was noted before is not in this log"),
        }
    }
}

/// A line, as people find it.
fn at(file: Option<&str>, line: usize) -> String {
    match file {
        Some(file) => format!("line {line} of {file}"),
        None => format!("line {line}"),
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
            let (file, line, broken) = (None, self.lines, Broken::Another);
            self.findings.push(Finding { file, line, broken });
        }
    }
}

/// Walks over the lines.
struct Walk {
    verdict: Verdict,
    /// Where it stands.
    place: Place,
    /// The line before, unless it was broken.
    before: Option<Link>,
    /// The number that the next line should have.
    next: u64,
    /// Lines without a fitting seal since the last that had one.
    broken: Vec<Place>,
}

/// A line of a file of the log.
#[derive(Clone, Default)]
struct Place {
    file: Option<String>,
    line: usize,
}

pub(super) fn verify(log: &Locked) -> Result<Verdict, Error> {
    let verdict = Verdict { lines: 0, findings: Vec::new(), notes: Vec::new(), links: Vec::new() };
    let (place, broken) = (Place::default(), Vec::new());
    let mut walk = Walk { verdict, place, before: Some(Link::first()), next: 1, broken };
    let mut is_torn = false;
    for part in log.parts()? {
        let text = part.text()?;
        let (lines, torn) = chain::lines(&text);
        walk.place = Place { file: part.name.clone(), line: 0 };
        lines.for_each(|line| walk.line(&log.key, line));
        is_torn = !torn.is_empty();
        // Nobody goes on from a file with a torn line: somebody else made it one.
        if is_torn && part.name.is_some() {
            walk.line(&log.key, torn);
        }
    }
    let head = log.head_text().and_then(|text| chain::open_head(&log.key, &text));
    walk.settle(head.as_ref().map(|head| head.sequence + 1));
    walk.end(head, is_torn);
    Ok(walk.verdict)
}

impl Walk {
    fn line(&mut self, key: &hmac::Key, line: &[u8]) {
        self.place.line += 1;
        self.verdict.lines += 1;
        match chain::open(key, line) {
            Some(sealed) => self.whole(sealed),
            None => self.broken.push(self.place.clone()),
        }
    }

    fn found(&mut self, broken: Broken) {
        self.found_at(self.place.clone(), broken);
    }

    fn found_at(&mut self, Place { file, line }: Place, broken: Broken) {
        self.verdict.findings.push(Finding { file, line, broken });
    }

    fn whole(&mut self, Sealed { entry, prev, link }: Sealed) {
        let follows_broken = !self.broken.is_empty();
        self.settle(Some(link.sequence));
        let is_behind = link.sequence < self.next;
        match self.next {
            _ if is_behind => self.found(Broken::Moved),
            next if link.sequence > next => {
                self.found(Broken::Missing { from: next, to: link.sequence - 1 });
            }
            _ => {
                let fits = self.before.as_ref().is_none_or(|before| before.seal == prev);
                if !fits && !follows_broken {
                    self.found(Broken::Forked);
                }
            }
        }
        self.remark(entry.what);
        if !is_behind {
            self.next = link.sequence + 1;
            self.before = Some(link.clone());
        }
        self.verdict.links.push(link);
    }

    fn remark(&mut self, what: What) {
        match what {
            What::Repair => {
                let line = at(self.place.file.as_deref(), self.place.line);
                self.verdict.notes.push(format!(
                    "{line}: the host ended while it wrote a line, before it gave an answer; what was left of it was cut off"
                ));
            }
            What::HeadLost => self.found(Broken::Head),
            _ => {}
        }
    }

    /// Judges broken lines by the number of the whole one that follows: as many as are missing were
    /// changed, more were put in.
    fn settle(&mut self, following: Option<u64>) {
        let broken = std::mem::take(&mut self.broken);
        let missing = following.map_or(u64::MAX, |following| following.saturating_sub(self.next));
        let is_changed = (broken.len() as u64) <= missing;
        for place in broken {
            self.found_at(place, if is_changed { Broken::Changed } else { Broken::Inserted });
            if is_changed {
                self.next += 1;
                self.before = None;
            }
        }
    }

    fn end(&mut self, head: Option<Link>, is_torn: bool) {
        match head {
            None => self.found(Broken::Head),
            Some(head) if head.sequence >= self.next => {
                self.found(Broken::Cut { from: self.next, to: head.sequence });
            }
            Some(head) => {
                let at = self.verdict.links.iter().find(|link| link.sequence == head.sequence);
                let is_other = at.is_some_and(|link| link.seal != head.seal);
                if is_other {
                    self.found(Broken::Forked);
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
