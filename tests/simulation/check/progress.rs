//! Progress: who is refused keeps nobody waiting for long who is not.

use super::{
    super::{receiver::Receiver, world::Inner},
    entries, event,
};

/// The longest that something which nobody refuses takes to be told, in milliseconds: its task is
/// polled every three minutes at most, and where some fail, whoever finds out whether the other side
/// is back waits a minute at most. The rest is for the way.
const LONGEST: u64 = (180 + 60 + 10) * 1000;

pub(super) fn progress(receiver: &Receiver, world: &Inner, broken: &mut Vec<String>) {
    let odd = &world.plan.odd;
    if !odd.is_calm {
        return;
    }
    let on_time = entries(world).filter(|(_, it)| it.at == it.shown && !it.is_odd);
    let healthy = on_time.filter(|(_, it)| it.key.as_deref().is_some_and(|it| !odd.touches(it)));
    for (_, entry) in healthy.filter(|(_, it)| receiver.wants(event(it.seq))) {
        let taken = receiver.taken.get(&entry.id.0);
        let waited = taken.map(|taken| taken.at.saturating_sub(entry.shown));
        if waited.is_some_and(|waited| waited > LONGEST) {
            let (name, seq) = (receiver.name, entry.seq);
            broken.push(format!("{name}: {seq} waited {waited:?} ms for those that are refused"));
        }
    }
}
