//! A cursor that somebody set stays set: what is polled from then on starts there, whatever was
//! under way.

use jiff::Timestamp;
use rounds::model::TaskId;
use url::Url;

use super::super::world::{Inner, World, beginning};

/// What somebody wants of a task.
pub(in super::super) struct Anew {
    /// By the host's clock.
    since: i64,
    /// Whether the host has said that it will.
    pub(in super::super) is_sure: bool,
}

/// Somebody wants a task to start anew, from now on.
pub(in super::super) fn is_asked(world: &World, task: &TaskId) {
    let mut world = world.lock();
    let since = world.wall();
    world.anew.insert(task.clone(), Anew { since, is_sure: false });
}

/// The host says that it will.
pub(in super::super) fn is_sure(world: &World, task: &TaskId) {
    world.lock().anew.entry(task.clone()).and_modify(|anew| anew.is_sure = true);
}

/// The host could not, or took the task back to where it stood before.
pub(in super::super) fn is_off(world: &World, task: &TaskId) {
    world.lock().anew.remove(task);
}

/// Sees a log asked for, by a poll that says when it began.
pub(super) fn asks(world: &mut Inner, ehr: usize, url: &Url, seen: &str) {
    let is_it =
        |it: &&super::Feed| it.ehr == ehr && url.path() == format!("/log/{}", it.task.action);
    let Some(feed) = world.plan.feeds.iter().find(is_it) else { return };
    let task = feed.task.clone();
    let Some(Anew { since, is_sure }) = world.anew.get(&task) else { return };
    let (since, is_sure) = (*since, *is_sure);
    // Who saw more than its own poll does not say when that began.
    let began = seen.split('@').nth(1).and_then(|began| began.parse::<Timestamp>().ok());
    let Some(began) = began.map(Timestamp::as_millisecond) else { return };
    let from = url.query_pairs().find(|(name, _)| name == "from");
    let from = from.map(|(_, from)| from.parse().unwrap());
    if began >= since && from == Some(beginning()) {
        world.anew.remove(&task);
    } else if began > since && is_sure && !world.plan.wall.is_set() {
        world.broke(format!("{task} was to start anew, and goes on from {from:?}"));
    }
}
