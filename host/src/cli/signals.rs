//! SIGINT and SIGTERM: the first is a wish, the second an order.

use std::{convert::Infallible, io};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Both signals, listened for from now on.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Cancels `shutdown` at the first signal, and says so; ends the process at the second, with
    /// 128 and the signal's number.
    pub(super) async fn obey(
        mut self,
        shutdown: CancellationToken,
        say: impl FnOnce(&str),
    ) -> Infallible {
        self.next().await;
        say("stopping; once more to stop at once");
        shutdown.cancel();
        let number = self.next().await;
        std::process::exit(128 + number)
    }

    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
        }
    }
}
