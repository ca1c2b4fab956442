//! Memory that is short: a group of processes that may have 256 MiB, by the kernel's own account,
//! and is killed where it takes more.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};

use rounds::status::Report;

use crate::support::{
    Clinic, Running, Site, connection, destination, eventually, listener, serve, skipped,
};

const LIMIT: u64 = 256 << 20;
/// A patient's name, so that each notification is so large.
const NAME: usize = 64 << 10;
const CHANGES: usize = 480;

/// A control group, removed with the value.
struct Group(PathBuf);

impl Group {
    /// `None`, and said aloud, where this user may make none.
    fn limited() -> Option<Self> {
        let made = Self::first().or_else(|_| Self::second());
        match made {
            Ok(group) => Some(group),
            Err(error) => {
                skipped(&format!("this user may limit no process's memory: {error}"));
                None
            }
        }
    }

    /// Within this process's own group, as version 1 of control groups allows.
    fn first() -> io::Result<Self> {
        let group = Self::make(&Path::new("/sys/fs/cgroup/memory").join(own(":memory:")?))?;
        fs::write(group.0.join("memory.limit_in_bytes"), LIMIT.to_string())?;
        Ok(group)
    }

    /// Beside this process's own group, as version 2 has none within one that has processes.
    fn second() -> io::Result<Self> {
        let own = Path::new("/sys/fs/cgroup").join(own("0::")?);
        let group = Self::make(own.parent().unwrap_or(&own))?;
        fs::write(group.0.join("memory.max"), LIMIT.to_string())?;
        fs::write(group.0.join("memory.swap.max"), "0")?;
        Ok(group)
    }

    fn make(within: &Path) -> io::Result<Self> {
        let path = within.join(format!("rounds-test-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// What a shell does to have what it runs belong to the group.
    fn enter(&self) -> String {
        format!("echo $$ > {}/cgroup.procs && exec \"$@\"", self.0.display())
    }

    fn has(&self, process: u32) -> bool {
        let processes = fs::read_to_string(self.0.join("cgroup.procs")).unwrap();
        processes.lines().any(|line| line == process.to_string())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.0));
    }
}

/// This process's own group of a hierarchy, by what stands before it in the kernel's list.
fn own(hierarchy: &str) -> io::Result<String> {
    let groups = fs::read_to_string("/proc/self/cgroup")?;
    let found = groups.lines().find_map(|line| Some(line.split_once(hierarchy)?.1));
    let found = found.ok_or(io::Error::new(io::ErrorKind::NotFound, "no such hierarchy"))?;
    Ok(found.trim_start_matches('/').to_owned())
}

/// A destination that counts, and remembers no body.
#[derive(Clone, Default)]
struct Counter {
    ids: Arc<Mutex<HashSet<String>>>,
    bytes: Arc<AtomicU64>,
    is_up: Arc<AtomicBool>,
}

impl Counter {
    async fn start() -> (Running<Self>, String) {
        let (counter, listener) = (Self::default(), listener().await);
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/hooks", post(take))
            .layer(DefaultBodyLimit::disable())
            .with_state(counter.clone());
        let running = serve(counter, |shutdown| async move {
            let serving = axum::serve(listener, router);
            drop(shutdown.run_until_cancelled(serving.into_future()).await);
        });
        (running, url)
    }

    fn count(&self) -> usize {
        self.ids.lock().unwrap().len()
    }
}

async fn take(State(counter): State<Counter>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !counter.is_up.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    if counter.ids.lock().unwrap().insert(id) {
        counter.bytes.fetch_add(body.len() as u64, Ordering::SeqCst);
    }
    StatusCode::NO_CONTENT
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_with_little_memory_holds_little_and_loses_nothing() {
    let Some(group) = Group::limited() else { return };
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    let (counter, url) = Counter::start().await;
    clinic.call_patients(&"N".repeat(NAME));
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", &url, "")));
    let enter = group.enter();
    let start = async || site.start_by("sh", &["-c", &enter, "sh"]).await;
    let host = start().await;
    assert!(group.has(host.id()), "the limit is the host's");
    (0..CHANGES as u64).for_each(|patient| drop(clinic.book(patient)));
    let all_wait =
        |report: &Report| (report.destinations.get("app")?.waiting >= CHANGES).then_some(());
    host.wait_for("all that waits", all_wait).await;
    host.kill().await;
    let host = start().await;
    counter.is_up.store(true, Ordering::SeqCst);
    let mut arrived = 0;
    while arrived < CHANGES {
        let more = async || Some(counter.count()).filter(|count| *count > arrived);
        arrived = eventually("further notifications", more, async || host.log()).await;
    }
    assert!(counter.bytes.load(Ordering::SeqCst) > (CHANGES * NAME) as u64, "each was whole");
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
