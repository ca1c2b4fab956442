//! The one wasmtime engine of a host: what every guest runs on, and nothing of a single guest.

use std::{sync::Arc, thread, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{
    Config, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, component::Linker,
};

use super::{Error, cache::Cache, compile::Compiler, sandbox::Sandbox};
use crate::config::Limits;

/// How often a running guest is looked at: the grain of its deadlines.
const TICK: Duration = Duration::from_millis(10);

/// A component of another language is many core instances and several memories: of what was
/// measured, Python is the largest with 38, and QuickJS has three memories.
const CORE_INSTANCES_A_GUEST: u32 = 48;
const MEMORIES_A_GUEST: u32 = 4;
pub(super) const TABLE_ELEMENTS: usize = 20_000;

/// What is kept of guests that ended, for those that begin: so many, and so many bytes of each
/// one's memory. All that a small connector uses stays, so that its next guest faults for none of
/// it; what a large one has beyond that would be the host's memory: see the benchmark `schedule`.
/// Only pages that were touched would have to be wiped, but the way to ask for these misses pages
/// that were swapped out: https://github.com/bytecodealliance/wasmtime/pull/14357.
const WARM_SLOTS: u32 = 8;
const KEPT_MEMORY: usize = 1 << 20;

/// Compiles connectors and lends them room to run in.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    wasm: wasmtime::Engine,
    linker: Linker<Sandbox>,
    cache: Option<Cache>,
    compiler: Compiler,
    limits: Limits,
    guests: Arc<Semaphore>,
}

impl Engine {
    /// An engine for so many guests at once, each under `limits`. Compiled code is kept in `cache`, if there is one.
    ///
    /// # Errors
    /// [`Error::Engine`] where the machine cannot give what a pool of guests needs, as address space.
    pub fn new(limits: &Limits, guests: usize, cache: Option<Cache>) -> Result<Self, Error> {
        Self::with_compiler(limits, guests, cache, Compiler::default())
    }

    /// The same, with connectors compiled elsewhere.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_compiler(
        limits: &Limits,
        guests: usize,
        cache: Option<Cache>,
        compiler: Compiler,
    ) -> Result<Self, Error> {
        let wasm = wasmtime::Engine::new(&settings(limits, guests)).map_err(Error::engine)?;
        let mut linker = Linker::new(&wasm);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(Error::engine)?;
        tick(&wasm).map_err(|error| Error::engine(error.into()))?;
        let guests = Arc::new(Semaphore::new(guests));
        Ok(Self(Arc::new(Shared { wasm, linker, cache, compiler, limits: *limits, guests })))
    }

    /// An engine beside this one, with room of its own for so many guests; the limits, the
    /// compiler and the cache are the same.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub(crate) fn another(&self, guests: usize) -> Result<Self, Error> {
        let Shared { limits, cache, compiler, .. } = &*self.0;
        Self::with_compiler(limits, guests, cache.clone(), compiler.clone())
    }

    pub(super) fn wasm(&self) -> &wasmtime::Engine {
        &self.0.wasm
    }

    pub(super) fn linker(&self) -> &Linker<Sandbox> {
        &self.0.linker
    }

    pub(super) fn cache(&self) -> Option<&Cache> {
        self.0.cache.as_ref()
    }

    pub(super) fn compiler(&self) -> &Compiler {
        &self.0.compiler
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whether a guest may be made at once.
    pub(super) fn has_room(&self) -> bool {
        self.0.guests.available_permits() > 0
    }

    /// Waits until a guest may be made: the pool has room for so many and no more.
    pub(super) async fn admit(&self) -> Result<OwnedSemaphorePermit, Error> {
        let guests = Arc::clone(&self.0.guests);
        guests.acquire_owned().await.map_err(|closed| Error::engine(closed.into()))
    }
}

fn settings(limits: &Limits, guests: usize) -> Config {
    let mut config = compiling();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits, guests)));
    config
}

/// What compiled code depends on; without a pool, for who compiles runs nothing.
pub(super) fn compiling() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(8))
        .concurrency_support(false)
        .async_stack_zeroing(true);
    config
}

fn pool(limits: &Limits, guests: usize) -> PoolingAllocationConfig {
    let guests = u32::try_from(guests).unwrap_or(u32::MAX / CORE_INSTANCES_A_GUEST);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(guests)
        .total_core_instances(guests * CORE_INSTANCES_A_GUEST)
        .max_core_instances_per_component(CORE_INSTANCES_A_GUEST)
        .total_memories(guests * MEMORIES_A_GUEST)
        .max_memories_per_component(MEMORIES_A_GUEST)
        .total_tables(guests * MEMORIES_A_GUEST)
        .max_tables_per_component(MEMORIES_A_GUEST)
        .table_elements(TABLE_ELEMENTS)
        .total_stacks(guests)
        .max_memory_size(limits.guest_memory)
        .max_unused_warm_slots(WARM_SLOTS)
        .linear_memory_keep_resident(KEPT_MEMORY);
    pool
}

/// Moves the epoch on, on a thread that ends with the engine.
fn tick(engine: &wasmtime::Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let ticker = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("rounds-epoch".into()).spawn(ticker).map(drop)
}
