//! A cursor that somebody set stays set: what is polled from then on starts there, whatever was
//! under way.

use rounds::model::TaskId;
use url::Url;

use super::super::world::{BEGINNING, Inner, World, beginning};

/// Somebody wants a task to start anew, from now on.
pub(in super::super) fn is_wanted(world: &World, task: &TaskId) {
    let mut world = world.lock();
    let wall = world.wall();
    world.anew.insert(task.clone(), wall);
}

/// The host took it back to where it stood at some time before.
pub(in super::super) fn is_off(world: &World, task: &TaskId) {
    world.lock().anew.remove(task);
}

/// Sees a log asked for, by a poll that says when it began.
pub(super) fn asks(world: &mut Inner, ehr: usize, url: &Url, seen: &str) {
    let is_it =
        |it: &&super::Feed| it.ehr == ehr && url.path() == format!("/log/{}", it.task.action);
    let Some(feed) = world.plan.feeds.iter().find(is_it) else { return };
    let task = feed.task.clone();
    let Some(since) = world.anew.get(&task).copied() else { return };
    let began = seen.split('@').nth(1).unwrap_or(BEGINNING);
    let began = began.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let from = url.query_pairs().find(|(name, _)| name == "from");
    let from = from.map(|(_, from)| from.parse().unwrap());
    if began >= since && from == Some(beginning()) {
        world.anew.remove(&task);
    } else if began > since && !world.plan.wall.is_set() {
        world.broke(format!("{task} was to start anew, and goes on from {from:?}"));
    }
}
