//! A log that is read in pages, in the order of its times. What comes late is the host's to ask for.
//!
//! Each pass begins at the newest time of the last. A pass that was interrupted goes on where it
//! stood, and the next one begins before it was begun, for what came behind its back. All times are
//! the EHR's: the host's clock may be wrong.

use rounds_sdk::*;

use super::Answer;

/// Where a pass stands.
pub(super) struct Position {
    /// From when it reads.
    from: i64,
    /// When it was begun, once the EHR has said so.
    begun: Option<i64>,
    /// The newest time that it has seen.
    newest: i64,
    /// The last entry that it has read.
    after: (i64, u64),
}

impl Position {
    pub(super) fn read(context: &Context, cursor: Option<&str>) -> Result<Self, Failure> {
        let Some(cursor) = cursor else {
            let since = millis(&context.since)?;
            return Ok(Self::beginning(since, since));
        };
        let numbers: Result<Vec<i64>, _> = cursor.split(' ').map(str::parse).collect();
        let numbers = numbers.map_err(|_| Failure::CursorLost("no cursor of this one".into()))?;
        match numbers[..] {
            [newest] => Ok(Self::beginning(newest, newest)),
            [from, begun, newest, at, seq] => {
                Ok(Self { from, begun: Some(begun), newest, after: (at, seq.unsigned_abs()) })
            }
            _ => Err(Failure::CursorLost("no cursor of this connector".into())),
        }
    }

    pub(super) fn ask(&self, action: &str) -> Request {
        let (at, seq) = self.after;
        let request = Request::get(format!("/log/{action}")).query("from", self.from);
        request.query("at", at).query("seq", seq)
    }

    /// What a page says changed, and where it leads.
    pub(super) fn pass(mut self, page: &Answer) -> Result<Page, Failure> {
        let begun = *self.begun.get_or_insert(page.now);
        let (changes, unreadable) = page.read()?;
        for entry in &page.entries {
            self.newest = self.newest.max(entry.at);
            self.after = self.after.max((entry.at, entry.seq));
        }
        let page = match page.more {
            true => Page::more(self.print(begun), changes),
            // The next pass begins never later than this one was begun.
            false => Page::last(self.newest.min(begun).to_string(), changes),
        };
        Ok(page.unreadable(unreadable))
    }

    fn beginning(from: i64, newest: i64) -> Self {
        Self { from, begun: None, newest, after: (from - 1, 0) }
    }

    fn print(&self, begun: i64) -> String {
        let Self { from, newest, after: (at, seq), .. } = self;
        format!("{from} {begun} {newest} {at} {seq}")
    }
}

fn millis(time: &str) -> Result<i64, Failure> {
    Ok(Time::parse(time)?.millis_since(Time::parse("1970-01-01T00:00:00Z")?))
}

/// A time as a change has it.
pub(super) fn written(millis: i64) -> Result<String, Failure> {
    Ok(Time::parse("1970-01-01T00:00:00Z")?.minus_millis(-millis).to_string())
}
