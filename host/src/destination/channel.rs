//! A destination inside the program that embeds the host.

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use super::{Destination, Message, Outcome};

/// Hands notifications to a program, which says of each when it has it.
pub struct Channel(mpsc::Sender<Handed>);

/// A notification, with the word that it was taken. Dropped without that word, it comes again.
pub struct Handed {
    /// What is told.
    pub message: Message,
    taken: oneshot::Sender<()>,
}

impl Handed {
    /// Says that the program has it, wherever it keeps it: the host forgets it now.
    pub fn taken(self) {
        // The host may have stopped meanwhile; then it comes again, as it would after a crash.
        let _host_stopped = self.taken.send(()).is_err();
    }
}

/// A destination and what comes out of it; at most `room` notifications wait in between.
pub fn channel(room: usize) -> (Channel, mpsc::Receiver<Handed>) {
    let (sender, receiver) = mpsc::channel(room);
    (Channel(sender), receiver)
}

#[async_trait]
impl Destination for Channel {
    async fn deliver(&self, message: Message) -> Outcome {
        let (taken, word) = oneshot::channel();
        if self.0.send(Handed { message, taken }).await.is_err() {
            return failed("nobody listens to the channel any more", true);
        }
        match word.await {
            Ok(()) => Outcome::Delivered,
            Err(_) => failed("the program let go of it without taking it", false),
        }
    }
}

fn failed(why: &str, of_it_all: bool) -> Outcome {
    Outcome::Failed { why: why.into(), pause: None, of_it_all }
}
