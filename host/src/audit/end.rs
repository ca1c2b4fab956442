//! Where the log goes on: after its last line, or after what its head says, if lines are missing.

use jiff::Timestamp;

use super::{
    Entry, Error, Outcome, What, Who, Written,
    chain::{self, Link},
    files::Locked,
};

/// How much of the log is read to find its last line: far more than one has.
const TAIL: u64 = 1 << 20;

/// Finds the end, and mends what a crash left there.
///
/// A line is written before the head is, so a crash leaves at most one that the head doesn't name:
/// whole, and then it counts, or torn, and then it goes. Where the head names a line that isn't
/// there, the next one follows it all the same, so that the gap shows for ever.
pub(super) fn find(log: &mut Locked, now: Timestamp) -> Result<Written, Error> {
    let (tail, mut at) = (log.tail(TAIL)?, log.place()?);
    let (_, torn) = chain::lines(&tail);
    let last = match last(log, &tail) {
        Some(last) => Some(last),
        None => last(log, &log.older_tail(TAIL)?),
    };
    let head = log.head_text().and_then(|text| chain::open_head(&log.key, &text));
    if !torn.is_empty() {
        at.length -= torn.len() as u64;
        log.cut(at.length)?;
    }
    let is_lost = head.is_none();
    let link = further(last, head);
    let mut end = Written { link, at };
    for (what, happened) in [(What::HeadLost, is_lost), (What::Repair, !torn.is_empty())] {
        if happened {
            let entry = of_the_log(what, end.link.sequence + 1, now);
            end = log.append(&entry, &end)?;
        }
    }
    Ok(end)
}

fn last(log: &Locked, text: &[u8]) -> Option<Link> {
    let (lines, _) = chain::lines(text);
    lines.filter_map(|line| chain::open(&log.key, line)).last().map(|it| it.link)
}

fn further(last: Option<Link>, head: Option<Link>) -> Link {
    match (last, head) {
        (Some(last), Some(head)) if last.sequence > head.sequence => last,
        (_, Some(head)) => head,
        (Some(last), None) => last,
        (None, None) => Link::first(),
    }
}

/// What the log says of itself.
fn of_the_log(what: What, sequence: u64, at: Timestamp) -> Entry {
    let Who { name: who, .. } = Who::myself();
    let (role, of, record, count) = (None, None, None, None);
    Entry { sequence, at, who, role, what, of, record, count, outcome: Outcome::Done }
}
