//! The steps of a change's way, as places to crash at.
//!
//! A debug build of the host kills itself with SIGKILL at the step that `ROUNDS_KILL_AT` names
//! (`committed` for the first time there, `committed:3` for the third), so that tests can prove
//! what a crash at that very step leaves behind. A release build has no trace of it.
//!
//! | where | steps |
//! | --- | --- |
//! | a poll | `answered`, `committing`, `committed` |
//! | the store's writer | `receipting`, `applied`, `flushed`, `synced` |
//! | a container | `collecting`, `filled` |
//! | an attempt | `sending`, `sent`, `settled` |
//! | a connector's swap, a file of the host's own | `swapping`, `swapped`, `drafted` |
//! | the audit log's going on in a new file | `retiring`, `retired` |

/// Says that a step was reached.
#[cfg(not(debug_assertions))]
pub(crate) fn reached(_: &'static str) {}

/// Says that a step was reached.
#[cfg(debug_assertions)]
pub(crate) fn reached(step: &'static str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    };

    static KILL_AT: LazyLock<Option<(String, usize)>> = LazyLock::new(|| {
        let text = std::env::var("ROUNDS_KILL_AT").ok()?;
        let (step, time) = text.split_once(':').unwrap_or((&text, "1"));
        Some((step.to_owned(), time.parse().unwrap_or(1)))
    });
    static TIMES: AtomicUsize = AtomicUsize::new(0);

    if let Some((name, time)) = &*KILL_AT
        && name == step
        && TIMES.fetch_add(1, Ordering::SeqCst) + 1 == *time
    {
        let killed =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        tracing::error!(?killed, step, "still alive after a step to die at");
    }
}
