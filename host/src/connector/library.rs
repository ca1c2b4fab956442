//! Loading: from a `.wasm` file to a connector that can be polled.

use std::{fs, path::Path, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use wasmtime::{
    Store,
    component::{Component, Instance, InstancePre},
};

use super::{
    Context, Error,
    bindings::{Calls, Exports, Version},
    cache,
    content::Content,
    engine::Engine,
    fault::Fault,
    imports,
    manifest::Manifest,
    quoted::Vocabulary,
    sandbox::Sandbox,
    used::{Stored, Used},
    watch::{in_time, trapped, watch},
};
use crate::egress::Pattern;

/// A loaded connector. Cheap to clone.
#[derive(Clone)]
pub struct Connector(Arc<Loaded>);

#[derive(Clone)]
struct Loaded {
    engine: Engine,
    manifest: Manifest,
    instance: InstancePre<Sandbox>,
    contract: Version,
    exports: Exports,
    digest: String,
    size: usize,
    imports: Vec<String>,
    session: bool,
    requests: Arc<[Pattern]>,
    /// Where instances wait for another poll; `None` but in a simulation.
    used: Option<Used>,
    vocabulary: Vocabulary,
}

impl Connector {
    /// Loads a file: compiles it or takes its compiled form from the cache, checks what it brings
    /// along, and asks it for its manifest. Blocks while it compiles.
    ///
    /// # Errors
    /// Why the file is no connector that this host can run.
    pub async fn load(engine: &Engine, path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let bytes =
            fs::read(path).map_err(|source| Error::Unreadable { path: name.clone(), source })?;
        Self::from_bytes(engine, &name, bytes.into()).await
    }

    /// The same from bytes, called `name` in errors.
    ///
    /// # Errors
    /// As `load`.
    pub async fn from_bytes(engine: &Engine, name: &str, bytes: Bytes) -> Result<Self, Error> {
        Self::from_content(engine, name, &Content::new(bytes)).await
    }

    /// The same from what is hashed already.
    ///
    /// # Errors
    /// As `load`.
    pub async fn from_content(
        engine: &Engine,
        name: &str,
        content: &Content,
    ) -> Result<Self, Error> {
        let component = compiled(engine, name, content).await?;
        let kind = component.component_type();
        let contract = imports::check(name, &kind, engine.wasm())?;
        let unusable = |error| unusable(name, error);
        let instance = engine.linker().instantiate_pre(&component).map_err(unusable)?;
        let exports = contract.exports(&instance).map_err(unusable)?;
        let mut loaded = Loaded {
            engine: engine.clone(),
            manifest: Manifest::default(),
            instance,
            contract,
            exports,
            digest: content.digest().to_owned(),
            size: content.bytes().len(),
            imports: imports::names(&kind, engine.wasm()),
            session: imports::has_session(&kind, engine.wasm(), contract),
            requests: Arc::default(),
            used: None,
            vocabulary: vocabulary(content.bytes().clone()).await,
        };
        loaded.manifest = loaded.describe(name).await?;
        loaded.requests = patterns(name, &loaded.manifest)?;
        Ok(Self(Arc::new(loaded)))
    }

    /// The same connector, but that an instance which has served a poll serves the next, whosever
    /// that is: what no host may do, for a simulation to prove that it would see it.
    #[doc(hidden)]
    #[must_use]
    pub fn reusing(&self) -> Self {
        Self(Arc::new(Loaded { used: Some(Used::default()), ..(*self.0).clone() }))
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The contract that it was built against, as `rounds:connector@0.1.0`.
    pub fn contract(&self) -> String {
        imports::package(self.0.contract)
    }

    /// The file's SHA-256, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The file's size in bytes.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// All that it imports.
    pub fn imports(&self) -> &[String] {
        &self.0.imports
    }

    /// All that it will ever ask for, read.
    pub fn requests(&self) -> &Arc<[Pattern]> {
        &self.0.requests
    }

    /// Whether it signs in by a call of its own.
    pub fn has_session(&self) -> bool {
        self.0.session
    }

    /// The limits that its guests run under.
    pub fn limits(&self) -> &crate::config::Limits {
        self.0.engine.limits()
    }

    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.0.vocabulary
    }

    /// Whether a guest of it may be made without waiting for another's end.
    pub(crate) fn has_room(&self) -> bool {
        self.0.engine.has_room()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(super) async fn instantiate(&self, sandbox: Sandbox) -> Result<Stored, Fault> {
        match self.0.used.as_ref().and_then(Used::take) {
            Some(used) => Ok(used),
            None => self.0.instantiate(sandbox).await,
        }
    }

    /// An instance has served its poll.
    pub(super) fn served(&self, stored: Stored) {
        if let Some(used) = &self.0.used {
            used.put(stored);
        }
    }

    pub(super) fn open(
        &self,
        store: &mut Store<Sandbox>,
        instance: &Instance,
        context: &Context,
    ) -> Result<Calls, Fault> {
        let calls = self.0.exports.open(store, instance, context);
        calls.map_err(|error| Fault::Start(format!("{error:#}")))
    }
}

impl Loaded {
    async fn instantiate(&self, sandbox: Sandbox) -> Result<Stored, Fault> {
        let limits = self.engine.limits();
        let time = sandbox.time.clone();
        let mut store = Store::new(self.engine.wasm(), sandbox);
        store.limiter(|sandbox| sandbox);
        let transfer = store.data().transfer_limit;
        store.set_hostcall_fuel(transfer);
        store.set_epoch_deadline(1);
        watch(&mut store, limits.guest_cpu);
        let started =
            in_time(limits.guest_wall, &time, self.instance.instantiate_async(&mut store));
        match started.await? {
            Ok(instance) => Ok((store, instance)),
            Err(error) => Err(trapped("start", &error, store.data(), &store.data().take_log())),
        }
    }

    async fn describe(&self, path: &str) -> Result<Manifest, Error> {
        let failed = |fault| Error::Describe { path: path.into(), fault };
        let wrong = |what| Error::Manifest { path: path.into(), what };
        let sandbox = Sandbox::new(Timestamp::UNIX_EPOCH, 0, self.engine.limits());
        let (mut store, instance) = self.instantiate(sandbox).await.map_err(failed)?;
        let time = store.data().time.clone();
        let described = self.exports.describe(&mut store, &instance);
        let described = in_time(self.engine.limits().guest_wall, &time, described).await;
        let manifest = described.map_err(failed)?.map_err(|error| {
            failed(trapped("describe", &error, store.data(), &store.data().take_log()))
        })?;
        let manifest = manifest.map_err(wrong)?;
        match manifest.problem() {
            Some(what) => Err(wrong(what)),
            None => Ok(manifest),
        }
    }
}

fn patterns(path: &str, manifest: &Manifest) -> Result<Arc<[Pattern]>, Error> {
    let read = |request: &String| {
        request.parse().map_err(|error| Error::Manifest {
            path: path.into(),
            what: format!("its request `{}` {error}", request.escape_debug()),
        })
    };
    manifest.requests.iter().map(read).collect()
}

async fn compiled(engine: &Engine, path: &str, content: &Content) -> Result<Component, Error> {
    let (bytes, digest) = (content.bytes(), content.digest());
    if let Some(what) = no_component(bytes) {
        return Err(Error::NotAComponent { path: path.into(), what: what.into() });
    }
    if let Some(component) = from_cache(engine, digest).await {
        return Ok(component);
    }
    let code =
        engine.compiler().compile(engine.wasm(), path, bytes.clone(), engine.limits()).await?;
    // What needs more than a guest has room for is found out here.
    let component =
        cache::deserialize(engine.wasm(), &code).map_err(|error| unusable(path, error))?;
    if let Some(cache) = engine.cache().cloned() {
        let (wasm, digest) = (engine.wasm().clone(), digest.to_owned());
        blocking(move || cache.keep(&wasm, &digest, &code)).await;
    }
    Ok(component)
}

fn unusable(path: &str, error: wasmtime::Error) -> Error {
    Error::Unusable { path: path.into(), what: format!("{error:#}") }
}

async fn from_cache(engine: &Engine, digest: &str) -> Option<Component> {
    let (cache, wasm, digest) =
        (engine.cache().cloned()?, engine.wasm().clone(), digest.to_owned());
    blocking(move || cache.load(&wasm, &digest)).await?
}

async fn vocabulary(file: Bytes) -> Vocabulary {
    blocking(move || Vocabulary::of(&file)).await.unwrap_or_default()
}

/// What takes long enough to be in the way of polls. `None` where it panicked.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// What a file is that is plainly no component, by its first bytes.
fn no_component(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [] => Some("is an empty file"),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => Some(
            "is a core module, not a component; build it for wasm32-wasip2, or wrap it with `wasm-tools component new`",
        ),
        [0, b'a', b's', b'm', _, _, _, _, sections @ ..] => is_cut(sections)
            .then_some("ends in the middle, as a file does that is still being copied"),
        [b'(', ..] => Some("is WebAssembly text; compile it first"),
        _ => Some("is no WebAssembly component: it does not begin with \\0asm"),
    }
}

/// Whether the last of a binary's sections says that it is longer than what is there.
fn is_cut(mut sections: &[u8]) -> bool {
    while let [_, rest @ ..] = sections {
        let Some((length, contents)) = leb(rest) else { return true };
        let Some(next) = contents.get(length..) else { return true };
        sections = next;
    }
    false
}

/// A number in LEB128 of 32 bits, and what follows it.
fn leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    let (number, rest) = bytes.split_at_checked(end + 1)?;
    let add = |number: usize, byte: &u8| number << 7 | usize::from(byte & 0x7f);
    Some((number.iter().rev().fold(0, add), rest))
}

/// Connectors by the names in their manifests.
#[derive(Default)]
pub struct Library {
    connectors: Vec<Connector>,
}

impl Library {
    /// Adds a connector; the first of a name stays.
    pub fn add(&mut self, connector: &Connector) {
        if self.get(&connector.manifest().name).is_none() {
            self.connectors.push(connector.clone());
        }
    }

    /// The connector of that name.
    pub fn get(&self, name: &str) -> Option<&Connector> {
        self.connectors.iter().find(|connector| connector.manifest().name == name)
    }

    /// The names of all, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.connectors.iter().map(|it| it.manifest().name.clone()).collect();
        names.sort();
        names
    }
}
