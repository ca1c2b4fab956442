//! Lines on their way to a reader who may be slow, stuck or gone. Nobody waits for them.
//!
//! A log that is not read must not hold up what it tells of. So its lines wait in memory, and a
//! thread of their own writes them. What finds no room there, or no reader, is lost; it is counted,
//! and told in its place once there is room again. `tracing-appender` keeps a queue too, but it
//! forgets what could not be written, has no room for last words behind a full queue, and tells of
//! its own troubles by printing, which waits for readers in turn.

use std::{
    collections::VecDeque,
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// Bytes that wait to be read, at most. Once something was lost, half of it is to be free before
/// more is taken, so that losses are told seldom.
const ROOM: usize = 1 << 20;
/// How long the end of a program waits for its reader.
const PATIENCE: Duration = Duration::from_secs(1);

/// A way for lines. Cheap to clone; written as a whole line each.
#[derive(Clone)]
pub(super) struct Spool(Arc<Inner>);

struct Inner {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    /// How it is told that so many lines were lost.
    loss: fn(u64) -> String,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Line>,
    bytes: usize,
    lost: u64,
    is_writing: bool,
    is_closed: bool,
}

struct Line {
    bytes: Vec<u8>,
    /// How many lines are lost with it.
    stands_for: u64,
}

impl Spool {
    /// A way to `sink`, which may block for ever.
    pub(super) fn to(
        sink: impl Write + Send + 'static,
        loss: fn(u64) -> String,
    ) -> io::Result<Self> {
        let (waiting, changed) = (Mutex::default(), Condvar::new());
        let spool = Self(Arc::new(Inner { waiting, changed, loss }));
        let inner = Arc::clone(&spool.0);
        // Not joined: it may be in the middle of a line that nobody ever reads.
        thread::Builder::new().name("log".into()).spawn(move || inner.write_to(sink))?;
        Ok(spool)
    }

    /// Says something that finds room behind whatever waits, as a program's last words.
    pub(super) fn say(&self, text: &str) {
        self.0.push(format!("{text}\n").as_bytes(), usize::MAX);
    }

    /// Waits until all is read, for a second at most. What comes later may be lost.
    pub(super) fn finish(&self) {
        let mut waiting = self.0.lock();
        self.0.tell_loss(&mut waiting);
        waiting.is_closed = true;
        self.0.changed.notify_all();
        let is_busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        drop(self.0.changed.wait_timeout_while(waiting, PATIENCE, is_busy));
    }
}

impl Write for Spool {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line, ROOM);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Inner {
    fn push(&self, line: &[u8], room: usize) {
        let mut waiting = self.lock();
        let room = if waiting.lost > 0 { room / 2 } else { room };
        if waiting.bytes + line.len() > room {
            waiting.lost += 1;
            return;
        }
        self.tell_loss(&mut waiting);
        waiting.push(Line { bytes: line.to_vec(), stands_for: 1 });
        self.changed.notify_all();
    }

    fn tell_loss(&self, waiting: &mut Waiting) {
        let lost = mem::take(&mut waiting.lost);
        if lost > 0 {
            let bytes = format!("{}\n", (self.loss)(lost)).into_bytes();
            waiting.push(Line { bytes, stands_for: lost });
        }
    }

    fn write_to(&self, mut sink: impl Write) {
        while let Some(line) = self.next() {
            let written = sink.write_all(&line.bytes).and_then(|()| sink.flush());
            let mut waiting = self.lock();
            waiting.is_writing = false;
            if written.is_err() {
                waiting.lost += line.stands_for;
            }
            self.changed.notify_all();
        }
    }

    /// The next line as soon as there is one; `None` once no more come.
    fn next(&self) -> Option<Line> {
        let is_idle = |waiting: &mut Waiting| waiting.lines.is_empty() && !waiting.is_closed;
        let waiting = self.changed.wait_while(self.lock(), is_idle);
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let line = waiting.lines.pop_front()?;
        waiting.bytes -= line.bytes.len();
        waiting.is_writing = true;
        Some(line)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, line: Line) {
        self.bytes += line.bytes.len();
        self.lines.push_back(line);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A reader who takes a line when asked to, and is gone once dropped.
    struct Pipe(SyncSender<String>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let line = String::from_utf8(bytes.to_vec()).unwrap();
            self.0.send(line).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn spool() -> (Spool, Receiver<String>) {
        let (pipe, reader) = sync_channel(0);
        (Spool::to(Pipe(pipe), |lost| format!("lost {lost}")).unwrap(), reader)
    }

    fn until(spool: &Spool, fulfilled: impl Fn(&Waiting) -> bool) {
        while !fulfilled(&spool.0.lock()) {
            thread::yield_now();
        }
    }

    /// A line that fills half of the room, but for a little.
    fn half(letter: &str) -> String {
        letter.repeat(ROOM / 2 - 8)
    }

    #[test]
    fn what_nobody_reads_is_lost_and_told_in_its_place() {
        let (mut spool, reader) = spool();
        spool.write_all(b"first\n").unwrap();
        // It is on its way, and takes no room any more.
        until(&spool, |waiting| waiting.is_writing);
        for letter in ["a", "b", "c", "d", "e"] {
            spool.write_all(half(letter).as_bytes()).unwrap();
        }
        spool.say("last words");
        let read: Vec<String> = reader.iter().take(5).collect();
        assert_eq!(read, ["first\n", &half("a"), &half("b"), "lost 3\n", "last words\n"]);
        spool.write_all(b"again\n").unwrap();
        assert_eq!(reader.recv().unwrap(), "again\n");
        spool.finish();
    }

    #[test]
    fn an_end_waits_for_who_reads_and_not_for_who_does_not() {
        let (mut spool, reader) = spool();
        spool.write_all(b"read\n").unwrap();
        thread::scope(|scope| {
            scope.spawn(move || assert_eq!(reader.recv().unwrap(), "read\n"));
            spool.finish();
        });
        let (mut stuck, _reader) = self::spool();
        stuck.write_all(b"never read\n").unwrap();
        stuck.finish();
    }

    #[test]
    fn what_found_no_reader_is_counted_too() {
        let (mut spool, reader) = spool();
        drop(reader);
        for lost in 1..=3 {
            spool.write_all(b"to nobody\n").unwrap();
            until(&spool, |waiting| waiting.lost == lost);
        }
        spool.finish();
        assert_eq!(spool.0.lock().lost, 3, "and what told of them is no further one");
    }
}
