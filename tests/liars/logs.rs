//! What a host says in its log: warnings and errors, a line each.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex},
};

use tracing::subscriber::{self, DefaultGuard};
use tracing_subscriber::fmt::MakeWriter;

/// All that is said in this thread, from when it begins to listen.
#[derive(Clone, Default)]
pub(super) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Listens until the guard is dropped.
    pub(super) fn listen(&self) -> DefaultGuard {
        let subscriber =
            tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
        subscriber::set_default(subscriber.without_time().with_writer(self.clone()).finish())
    }

    /// The lines so far.
    pub(super) fn take(&self) -> Vec<String> {
        let bytes = mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
