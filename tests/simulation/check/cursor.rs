//! A cursor on disk has not passed what is not on disk beside it.

use rounds::model::TaskId;

use super::super::{
    plan::feed::{Entry, Feed},
    world::{World, beginning},
};

/// Checks a task's cursor.
pub(in super::super) fn of(world: &World, task: &TaskId) {
    let Some(cursor) = world.disk.task(task).cursor else { return };
    let mut inner = world.lock();
    // One that leaves things out passes them, until what it did is taken back.
    if inner.plan.is_blind() {
        return;
    }
    let now = inner.now();
    let is_it = |feed: &&Feed| feed.task == *task && !feed.is_queue;
    let Some(feed) = inner.plan.feeds.iter().find(is_it) else { return };
    let has_passed = passing(&cursor);
    let shown = feed.log.iter().filter(|it| !it.is_odd && it.shown <= now && has_passed(it));
    let lost: Vec<_> = shown.filter(|it| !world.disk.has_made(&it.id)).map(|it| it.seq).collect();
    if !lost.is_empty() {
        inner.broke(format!("the cursor {cursor} has passed {lost:?}, which have no container"));
    }
}

/// Checks those of all tasks.
pub(in super::super) fn of_all(world: &World) {
    let tasks: Vec<_> = world.lock().plan.feeds.iter().map(|feed| feed.task.clone()).collect();
    tasks.iter().for_each(|task| of(world, task));
}

/// Whether an entry is behind a cursor.
fn passing(cursor: &str) -> impl Fn(&Entry) -> bool {
    let first = beginning();
    let numbers: Vec<i64> = cursor.split(' ').map(|it| it.parse().unwrap()).collect();
    let cursor = cursor.to_owned();
    move |entry| {
        let (at, shown) = (first + entry.at as i64, first + entry.shown as i64);
        // What comes late is behind it, and looked for from where the task stood before.
        let is_behind = |from| shown == at && at < from;
        match numbers[..] {
            [newest] => is_behind(newest),
            [from, begun, _, last, seq] => {
                let is_read = at >= from && (at, entry.seq as i64) <= (last, seq);
                is_behind(from) || is_read && shown <= begun
            }
            _ => panic!("{cursor}"),
        }
    }
}
