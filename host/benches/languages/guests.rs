//! Loading a connector and calling it, one call after the other on one thread.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use rounds::{
    config::Limits,
    connector::{Cache, Connector, Engine, Guest},
};

use crate::{
    arguments::Arguments,
    calls::Calls,
    clinic::Language,
    cost::{self, Cost, cpu},
    measured::{Beside, Measured, Twice},
    memory,
    native::Native,
    spread::Spread,
};

/// Loads from the cache; each takes up to some hundred milliseconds.
const LOADS: usize = 15;
/// Calls that do not count.
const WARM_UP: usize = 10;

/// All but the whole polls.
pub(crate) async fn measure(arguments: &Arguments, file: &Path, folder: &Path) -> Result<Measured> {
    let cache = Cache::open(&folder.join("data/cache"))?;
    let engine = Engine::new(&Limits::default(), 2 * memory::LIVE, Some(cache))?;
    let compile = load(&engine, file).await?;
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        loads.push(load(&engine, file).await?);
    }
    let calls = Calls::new(&engine, file).await?;
    let mut measured = Measured {
        size: calls.connector.size(),
        compile: Cost::of(&[compile]),
        load: Cost::of(&loads),
        memory: memory::measure(&calls).await?,
        ..Measured::default()
    };
    let natively = arguments.languages.contains(&Language::Rust);
    let native = natively.then(|| Native::new(&calls.context));
    let count = arguments.calls;
    let start = twice(&calls, count, None, async |guest| calls.poll(guest).await).await?;
    let collect = twice(&calls, count, None, async |guest| calls.collect(guest).await).await?;
    let changes =
        twice(&calls, count, native.as_ref(), async |guest| calls.changes(guest).await).await?;
    [measured.start, measured.collect, measured.changes] =
        [&start, &collect, &changes].map(Times::cost);
    measured.native = native.map(|_| changes.beside_native());
    Ok(measured)
}

/// CPU time of the process, for a part of loading is on other threads.
async fn load(engine: &Engine, file: &Path) -> Result<Duration> {
    let before = cost::process();
    let connector = Connector::load(engine, file).await?;
    ensure!(connector.manifest().name == "clinic", "another connector");
    Ok(cost::process() - before)
}

/// How long each call took.
#[derive(Default)]
struct Times {
    reused: Vec<Duration>,
    fresh: Vec<Duration>,
    native: Vec<Duration>,
}

impl Times {
    fn cost(&self) -> Twice {
        Twice { reused: Cost::of(&self.reused), fresh: Cost::of(&self.fresh) }
    }

    fn beside_native(&self) -> Beside {
        let times = |guest: &[Duration]| {
            let pairs = guest.iter().zip(&self.native);
            Spread::of(pairs.map(|(guest, native)| guest.as_secs_f64() / native.as_secs_f64()))
                .median()
        };
        let (reused, fresh) = (times(&self.reused), times(&self.fresh));
        Beside { changes: Cost::of(&self.native), reused, fresh }
    }
}

/// Calls a guest that is there, a fresh one, and what is native, in turns.
async fn twice(
    calls: &Calls,
    count: usize,
    native: Option<&Native>,
    call: impl AsyncFn(&mut Guest) -> Result<()>,
) -> Result<Times> {
    let mut reused = calls.guest().await?;
    let mut times = Times::default();
    for round in 0..count + WARM_UP {
        let (_, again) = cpu(call(&mut reused)).await?;
        let fresh = async {
            let mut guest = calls.guest().await?;
            call(&mut guest).await
        };
        let (_, first) = cpu(fresh).await?;
        let (_, natively) = cpu(async { native.map_or(Ok(()), Native::changes) }).await?;
        if round >= WARM_UP {
            times.reused.push(again);
            times.fresh.push(first);
            times.native.push(natively);
        }
    }
    Ok(times)
}
