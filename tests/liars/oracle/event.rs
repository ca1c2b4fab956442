//! Each state is told as what it is, and who loses a record hears that it is cancelled.

use super::{
    Case, merges,
    table::{self, Past},
};
use crate::liars::{
    receiver::Taken,
    record::{Draft, Kind, Record},
};

pub(super) fn is_right(case: &Case) -> Vec<String> {
    let known = |taken: &&Taken| case.records().any(|it| taken.is_of(it));
    let nameless = case.world.receiver.taken().filter(|taken| !known(taken));
    let nameless = nameless.map(|taken| format!("told of nothing: {}", taken.told.event));
    case.records().flat_map(|record| of(case, record)).chain(nameless).collect()
}

/// What a receiver knows of a record.
struct Heard<'a> {
    past: Past<'a>,
    /// The key under which it heard of it last.
    key: Option<&'a str>,
    /// What it heard then.
    number: Option<usize>,
    /// Whether who has the record now is another than who heard of it.
    is_others: bool,
}

fn of<'a>(case: &Case<'a>, record: &'a Record) -> Vec<String> {
    let past = if record.is_old() { Past::Old } else { Past::New };
    let mut heard = Heard { past, key: None, number: None, is_others: false };
    let taken = case.world.receiver.taken().filter(|taken| taken.is_of(record));
    taken.filter_map(|taken| hear(case, record, &mut heard, taken)).collect()
}

fn hear<'a>(
    case: &Case,
    record: &'a Record,
    heard: &mut Heard<'a>,
    taken: &'a Taken,
) -> Option<String> {
    let (id, key, event) = (&record.id, taken.told.meta.key.as_str(), &taken.told.event);
    // Whose state stands in it, the checks of merges say.
    if merges::is_merge(taken) && taken.state.is_none() {
        return None;
    }
    let Some((_, number)) = taken.state else {
        // Also of one that a first sweep had remembered as theirs.
        let stood = |before: &Draft| !table::is_over(record.kind, before);
        let is_swept = case.rules.sweeps && heard.past == Past::Old;
        let is_due = heard.stands(record.kind) && heard.key == Some(key)
            || is_swept && record.before().is_some_and(stood);
        *heard = Heard { past: Past::New, key: None, number: None, is_others: true };
        let is_right = is_due && event == table::cancel(record.kind);
        return (!is_right).then(|| format!("misnamed: {key} was told as {event} to lose {id}"));
    };
    let Some(state) = record.states.iter().find(|state| state.number == number) else {
        return Some(format!("{id} has no state {number}"));
    };
    if table::is_draft(record.kind, &state.draft) {
        return Some(format!("draft: {id} {number} was told as {event}"));
    }
    heard.forget(record, key);
    let is_over = table::is_over(record.kind, &state.draft);
    let right = table::events(record.kind, heard.past, &state.draft);
    // A first sweep remembers what it finds, and tells nobody.
    let swept = record.before().filter(|_| case.rules.sweeps && heard.past == Past::Old);
    let is_as_swept = swept.is_some_and(|before| {
        table::events(record.kind, Past::Told(before), &state.draft).contains(&event.as_str())
    });
    // Nobody may have seen it go, and come back.
    let came_back = heard.number.is_some_and(|before| record.moved(before, number));
    let is_new =
        came_back && table::events(record.kind, Past::New, &state.draft).contains(&event.as_str());
    let is_moved = heard.stands(record.kind) && heard.key.is_some_and(|known| known != key);
    let skips = case.rules.skips_unheard || heard.is_others;
    let is_unheard = !matches!(heard.past, Past::Told(_));
    let (past, now) = (Past::Told(&state.draft), Some(key));
    *heard = Heard { past, key: now, number: Some(number), is_others: false };
    if is_moved {
        return Some(format!("lost: {id} {number} is of {key}, and who had it did not hear of it"));
    }
    if is_as_swept {
        return None;
    }
    if is_unheard && is_over && skips {
        return Some(format!("over: {id} {number} was over before anybody heard of it"));
    }
    (!is_new && !right.contains(&event.as_str()))
        .then(|| format!("misnamed: {id} {number} was told as {event}, not {right:?}"))
}

impl Heard<'_> {
    /// What another patient heard of a record is nothing to the one who has it now.
    fn forget(&mut self, record: &Record, key: &str) {
        let is_patients = |known: &&str| known.starts_with("Patient/") && *known != key;
        if self.key.as_ref().is_some_and(is_patients) && !self.stands(record.kind) {
            (self.past, self.is_others) = (Past::New, true);
        }
    }

    /// Whether a patient thinks that it will come to pass.
    fn stands(&self, kind: Kind) -> bool {
        let is_patients = self.key.is_some_and(|key| key.starts_with("Patient/"));
        is_patients && matches!(self.past, Past::Told(draft) if !table::is_over(kind, draft))
    }
}
