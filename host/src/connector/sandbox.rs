//! What a guest finds around itself: nothing but a clock that stands, numbers from a seed, and
//! a log with an end.
//!
//! The contract has no imports, but the runtimes of most languages bring some of WASI along.
//! They are linked, so that what an ordinary toolchain makes loads as it is, with nothing
//! behind them: no file, no address, no variable, and never a clock of the world's.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use rand::{SeedableRng, rngs::StdRng};
use tokio::io::AsyncWrite;
use wasmtime::{ResourceLimiter, component::ResourceTable};
use wasmtime_wasi::{
    HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

use super::{fault::Limit, time::GuestTime};
use crate::{config::Limits, plain::plain};

/// How much more than an answer's length may pass in one call: it is counted as it lies in
/// memory, structure included.
const TRANSFER_FACTOR: usize = 4;

/// What a guest may hold of WASI at once: pollables and streams. They are the host's memory.
pub(super) const HANDLES: usize = 1_000;

/// Random bytes that it may ask for at once. They are drawn in one go, which nothing can stop.
const RANDOM_BYTES: u64 = 64 << 10;

/// A guest's surroundings, and what it has used of its limits.
pub(super) struct Sandbox {
    wasi: WasiCtx,
    resources: ResourceTable,
    log: Log,
    memory: usize,
    memory_limit: usize,
    table_elements: usize,
    /// Bytes that one call may move between guest and host: an answer, and what is made of it.
    pub(super) transfer_limit: usize,
    /// What the present call has used of its time.
    pub(super) time: GuestTime,
    /// The limit that ended the guest, for a trap does not say.
    pub(super) exceeded: Option<Limit>,
}

impl Sandbox {
    /// Surroundings whose clock stands at `now` and whose numbers come from `seed`.
    pub(super) fn new(now: Timestamp, seed: u64, limits: &Limits) -> Self {
        let log = Log::new(limits);
        let wasi = WasiCtx::builder()
            .stderr(log.clone())
            .wall_clock(Standing(now))
            .monotonic_clock(Standing(now))
            .secure_random(StdRng::seed_from_u64(seed))
            .insecure_random(StdRng::seed_from_u64(!seed))
            .insecure_random_seed(u128::from(seed))
            .max_random_size(RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let memory_limit = limits.guest_memory;
        let transfer_limit = limits.answer_body.saturating_mul(TRANSFER_FACTOR);
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(HANDLES);
        let (memory, table_elements) = (0, 0);
        Self {
            wasi,
            resources,
            log,
            memory,
            memory_limit,
            table_elements,
            transfer_limit,
            time: GuestTime::default(),
            exceeded: None,
        }
    }

    /// Bytes of memory that the guest has grown to.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }

    /// What the guest wrote since the last time, line by line.
    pub(super) fn take_log(&self) -> Vec<String> {
        self.log.take()
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.resources }
    }
}

/// Refuses by an error and not by `false`, for a guest that is told `false` ends in words of its
/// own language or in none.
impl ResourceLimiter for Sandbox {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let memory = self.memory.saturating_add(desired.saturating_sub(current));
        if memory > self.memory_limit {
            self.exceeded = Some(Limit::Memory(self.memory_limit));
            wasmtime::bail!("guest memory limit");
        }
        self.memory = memory;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.table_elements = self.table_elements.saturating_add(desired.saturating_sub(current));
        if self.table_elements > super::engine::TABLE_ELEMENTS {
            self.exceeded = Some(Limit::Table(super::engine::TABLE_ELEMENTS));
            wasmtime::bail!("guest table limit");
        }
        Ok(true)
    }
}

/// A clock that shows one time for ever.
struct Standing(Timestamp);

impl Standing {
    fn since_epoch(&self) -> Duration {
        Duration::try_from(self.0.duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default()
    }
}

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.since_epoch()
    }
}

impl HostMonotonicClock for Standing {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since_epoch().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What a guest writes to stderr, up to the limits of a call; the rest is dropped.
#[derive(Clone)]
struct Log {
    written: Arc<Mutex<Vec<u8>>>,
    lines: usize,
    line: usize,
}

impl Log {
    fn new(limits: &Limits) -> Self {
        Self { written: Arc::default(), lines: limits.log_lines, line: limits.log_line }
    }

    fn take(&self) -> Vec<String> {
        let written =
            std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner));
        let lines = written.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.take(self.lines).map(|line| self.readable(line)).collect()
    }

    /// A line as text on one line: cut to its limit, with nothing in it that moves a terminal.
    fn readable(&self, line: &[u8]) -> String {
        let line = line.get(..self.line).unwrap_or(line);
        plain(&String::from_utf8_lossy(line), ' ')
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Log {
    async fn ready(&mut self) {}
}

impl OutputStream for Log {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut written = self.written.lock().map_err(|_| StreamError::Closed)?;
        let room = (self.lines * self.line).saturating_sub(written.len());
        written.extend(bytes.iter().take(room));
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(self.line)
    }
}
