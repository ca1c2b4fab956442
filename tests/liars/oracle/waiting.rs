//! What waits in a line behind what is refused for ever: of the same key, of the same record, and of
//! whatever shares a key or a record with what waits so.

use std::collections::{BTreeSet, HashSet};

use crate::liars::{lies::Expected, run::Ended, world::Inner};

pub(super) fn behind_refused<'a>(world: &Inner, ended: &'a Ended) -> BTreeSet<&'a str> {
    let is_refused = |id: &str| {
        let record = world.server.records.iter().find(|record| record.id == id);
        let mut lies = world.lies.iter();
        record.is_some_and(|it| lies.any(|lie| lie.expects(it) == Expected::Refused))
    };
    let (mut lines, mut behind) = (HashSet::new(), BTreeSet::new());
    for (pending, record) in &ended.waiting {
        let waits = pending.lanes().iter().any(|lane| lines.contains(lane));
        if waits || is_refused(record) {
            lines.extend(pending.lanes());
            behind.insert(record.as_str());
        }
    }
    behind
}
