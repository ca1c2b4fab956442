//! Stdout as a destination.

use std::{cell::Cell, io};

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use crate::{
    cli::output::Output,
    config::EventPattern,
    destination::{self, Destination, Handed, Message, Outcome},
    host::Builder,
};

/// What the store calls stdout. No destination of a configuration can have this name.
const NAME: &str = "(rounds poll)";
/// Notifications between the host and stdout.
const ROOM: usize = 64;

/// Has a host tell stdout of everything, beside its own destinations.
pub(super) fn to_stdout(builder: Builder) -> (Builder, mpsc::Receiver<Handed>) {
    let (channel, printed) = destination::channel(ROOM);
    (builder.destination(NAME, vec![EventPattern::all()], ROOM, channel), printed)
}

/// Has a host let go of what an earlier `rounds poll` was killed before it could print.
pub(in crate::cli) fn leftovers(builder: Builder) -> Builder {
    builder.destination(NAME, Vec::new(), ROOM, Nowhere)
}

struct Nowhere;

#[async_trait]
impl Destination for Nowhere {
    async fn deliver(&self, _: Message) -> Outcome {
        Outcome::Delivered
    }
}

/// Prints what is handed over, a line each, until nothing more can come. Where stdout takes no
/// more, the poll is ended, and what still comes is let go.
///
/// # Errors
/// Why stdout took no more.
pub(super) async fn print(
    mut printed: mpsc::Receiver<Handed>,
    end: &CancellationToken,
    told: &Cell<usize>,
    progress: &Progress,
) -> io::Result<()> {
    let mut ended = Ok(());
    while let Some(handed) = printed.recv().await {
        if ended.is_ok() {
            let body = String::from_utf8_lossy(&handed.message.body);
            ended = progress.aside(|| Output::open().json_text(&body));
            told.set(told.get() + usize::from(ended.is_ok()));
        }
        if ended.is_err() {
            end.cancel();
        }
        handed.taken();
    }
    ended
}
