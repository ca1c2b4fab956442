//! Watching a guest while it runs, and telling why it ended.

use std::time::Duration;

use tokio::time;
use wasmtime::{Store, Trap, UpdateDeadline, component::ResourceTableError};

use super::{
    fault::{Fault, Limit},
    sandbox::{HANDLES, Sandbox},
    time::GuestTime,
};

/// How the engine's error begins where a call moves too much; wasmtime 48 has no type for it.
const TRANSFER_EXCEEDED: &str = "too much data is being copied between the host and the guest";

/// What the SDKs write before a panic ends the guest: the place, and words that quote nobody.
const LAST_WORDS: &str = "panicked at ";
const LAST_WORDS_LENGTH: usize = 200;

/// Why a call ended without an answer: the limit that the sandbox noted, or the trap's kind.
pub(super) fn trapped(
    call: &'static str,
    error: &wasmtime::Error,
    sandbox: &Sandbox,
    log: &[String],
) -> Fault {
    if let Some(limit) = sandbox.exceeded {
        return Fault::Limit(limit);
    }
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Fault::Limit(Limit::Handles(HANDLES));
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => Fault::Trap { call, kind: trap.to_string(), last_words: last_words(log) },
        None => untyped(call, &error.root_cause().to_string(), sandbox),
    }
}

/// What the engine has no type for: its words are all there is.
fn untyped(call: &'static str, words: &str, sandbox: &Sandbox) -> Fault {
    match words.starts_with(TRANSFER_EXCEEDED) {
        true => Fault::Limit(Limit::Transfer(sandbox.transfer_limit)),
        false => Fault::Contract { call, what: words.into() },
    }
}

fn last_words(log: &[String]) -> Option<String> {
    let words = log.iter().rev().find(|line| line.starts_with(LAST_WORDS))?;
    Some(words.chars().take(LAST_WORDS_LENGTH).collect())
}

/// Ends a guest whose time is used up; lets the rest of the host run at every other tick.
pub(super) fn watch(store: &mut Store<Sandbox>, limit: Duration) {
    store.epoch_deadline_callback(move |mut context| {
        let sandbox = context.data_mut();
        if sandbox.time.used() >= limit {
            sandbox.exceeded = Some(Limit::Cpu(limit));
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::Yield(1))
    });
}

/// What a guest answers before the clock on the wall ends it: one that sleeps uses up no time of
/// its own, which is counted as `spent`.
pub(super) async fn in_time<T>(
    limit: Duration,
    spent: &GuestTime,
    running: impl Future<Output = T>,
) -> Result<T, Fault> {
    let ended = time::timeout(limit, spent.count(running)).await;
    ended.map_err(|_| Fault::Limit(Limit::Wall(limit)))
}
