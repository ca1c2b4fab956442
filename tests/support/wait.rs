//! Waiting for what should be there in a moment.

use std::{io::Write, time::Duration};

use tokio::time;

/// How long a test waits, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How often it looks at what cannot call it.
const LOOK: Duration = Duration::from_millis(50);

/// What a look finds as soon as there is something; `story` is what to say where there never is.
pub(crate) async fn eventually<T>(
    what: &str,
    look: impl AsyncFnMut() -> Option<T>,
    story: impl AsyncFnOnce() -> String,
) -> T {
    eventually_within(PATIENCE, what, look, story).await
}

/// The same, of what may take so long.
pub(crate) async fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
    story: impl AsyncFnOnce() -> String,
) -> T {
    let found = time::timeout(patience, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            time::sleep(LOOK).await;
        }
    });
    match found.await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain for {what}\n{}", story().await),
    }
}

/// What a future answers, if it does in time.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match time::timeout(PATIENCE, future).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Says aloud, in a captured test too, that it proves nothing on this machine, and why.
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    drop(writeln!(std::io::stderr(), "{test}: SKIPPED, as {why}"));
}
