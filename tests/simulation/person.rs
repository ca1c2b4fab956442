//! A person who looks after a host, and does not always help.

use std::{sync::Arc, time::Duration};

use rounds::{host::Handle, model::TaskId};
use tokio::time::{sleep, timeout};

use super::{
    check,
    connectors::{BLIND, NEXT},
    run::Installed,
    world::World,
};

/// How long the last host has.
const HALF_A_DAY: u64 = 12 * 60 * 60 * 1000;

/// Looks after a host: it is meddled with until all is mended, which is while the last one runs.
pub(super) async fn look_after(
    world: &Arc<World>,
    handle: &Handle,
    installed: &mut Installed,
    last: bool,
) {
    let sick = match last {
        true => world.lock().sick_for(),
        false => Duration::MAX,
    };
    drop(timeout(sick, meddle(world, handle, installed)).await);
    world.lock().healed = true;
    mend(world, handle, installed).await;
}

/// Does this and that until the host ends.
async fn meddle(world: &Arc<World>, handle: &Handle, installed: &mut Installed) {
    loop {
        let (wait, deed, which, task) = {
            let mut world = world.lock();
            let often = world.plan.meddling;
            let does = world.chance.happens(often);
            let deed = if does { world.chance.below(5) } else { 9 };
            let feeds = world.plan.feeds.len() as u64;
            let task = world.chance.below(feeds) as usize;
            let which = match world.chance.below(3) as usize {
                2 => world.plan.bad,
                good => good,
            };
            (world.chance.between(1_000, 90_000), deed, which, task)
        };
        sleep(Duration::from_millis(wait)).await;
        let task = {
            let mut world = world.lock();
            let task = world.plan.feeds[task].task.clone();
            world.tell(format_args!("somebody does {deed} with {which} or {task}"));
            task
        };
        match deed {
            // Only the host knows where a blind one began.
            0 | 1 if serves(handle, installed, BLIND) => installed.put_back(handle).await,
            0 | 1 => installed.put(handle, which).await,
            2 => handle.poll(task),
            3 => {
                let thinks_again = world.lock().plan.odd.thinks_again;
                if let Some(after) = thinks_again {
                    handle.poll(task.clone());
                    sleep(Duration::from_millis(after)).await;
                }
                start_anew(world, handle, &task).await;
            }
            4 => replay(handle).await,
            _ => restart_stopped(world, handle).await,
        }
    }
}

/// Mends what only a person can, until all is told or it took too long.
async fn mend(world: &Arc<World>, handle: &Handle, installed: &mut Installed) {
    // One that said that it wants no more is told on after a restart.
    if handle.report().destinations.values().any(|it| it.disabled) {
        return;
    }
    let until = world.lock().now() + HALF_A_DAY;
    loop {
        if !serves(handle, installed, NEXT) && !serves(handle, installed, BLIND) {
            installed.put(handle, NEXT).await;
        }
        sleep(Duration::from_secs(60)).await;
        restart_stopped(world, handle).await;
        replay(handle).await;
        let (is_blind, pending) = (serves(handle, installed, BLIND), handle.pending());
        let dead = handle.dead().unwrap();
        let mut world = world.lock();
        let missing = check::missing(&world);
        let unreadable = check::unreadable(&world, &dead);
        let has_unreadable = unreadable.iter().all(|(letters, odd)| letters == odd);
        let is_told = missing.is_empty() && has_unreadable && pending == 0 && !is_blind;
        if !is_told && world.now() <= until {
            continue;
        }
        let what = format!(
            "{missing:?} were never told, {pending} are under way, {unreadable:?} letters of what cannot be read"
        );
        match is_told {
            true => world.tell(format_args!("all is told")),
            false => world.broke(format!("{what}; serves a blind one: {is_blind}")),
        }
        world.is_over = true;
        return;
    }
}

fn serves(handle: &Handle, installed: &Installed, which: usize) -> bool {
    let report = handle.report();
    let digest = installed.all[which].digest();
    report.connectors.values().any(|connector| connector.digest == digest)
}

/// Replays all that may be understood by now.
async fn replay(handle: &Handle) {
    let letters = handle.dead().unwrap();
    let readable = letters.iter().filter(|letter| !letter.reason.contains(check::UNREADABLE));
    let dead: Vec<_> = readable.map(|letter| letter.container).collect();
    if !dead.is_empty() {
        drop(handle.replay(&dead).await);
    }
}

async fn restart_stopped(world: &World, handle: &Handle) {
    let feeds = world.lock().plan.feeds.iter().map(|feed| feed.task.clone()).collect::<Vec<_>>();
    let tasks = handle.report().tasks;
    for task in feeds {
        if tasks.get(&task.to_string()).is_some_and(|task| task.stopped) {
            start_anew(world, handle, &task).await;
        }
    }
}

async fn start_anew(world: &World, handle: &Handle, task: &TaskId) {
    check::anew::is_asked(world, task);
    match handle.set_cursor(task, None).await {
        Ok(_) => check::anew::is_sure(world, task),
        Err(_) => check::anew::is_off(world, task),
    }
}
