//! A sick machine around the real program: a library that is preloaded into it (`shim.c`, built
//! with the machine's C compiler) and answers its system calls as the test orders, meanwhile.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::OnceLock,
};

use crate::support::{Site, skipped};

/// The library; `None`, and said aloud, without a C compiler.
fn library() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, draft) = (folder.join("shim.so"), folder.join(format!("{}.so", process::id())));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/faults/shim.c");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&draft).arg(source);
    match cc.arg("-ldl").output() {
        Ok(output) if output.status.success() => {
            fs::rename(draft, &file).unwrap();
            Some(file)
        }
        Ok(output) => panic!("the shim: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            skipped(&format!("there is no C compiler: {error}"));
            None
        }
    }
}

/// What the machine answers; the same as `struct orders` of `shim.c`.
#[derive(Clone, Copy, Default)]
pub(super) struct Orders {
    /// How far the clock that can be set is turned.
    pub(super) wall_seconds: i64,
    /// What a sync answers.
    pub(super) sync_errno: i32,
    /// How long a sync takes longer; below 0 nothing is synced.
    pub(super) sync_millis: i32,
    /// What a write answers.
    pub(super) write_errno: i32,
    /// What a read answers.
    pub(super) read_errno: i32,
}

/// Where the count of syncs is, behind the orders.
const SYNCS: u64 = 24;

/// A machine whose program is told what to think of it.
pub(super) struct Shim {
    orders: File,
    path: PathBuf,
}

impl Shim {
    /// One for a site's host, well so far.
    pub(super) fn of(site: &Site) -> Option<Self> {
        library()?;
        let path = site.path("orders");
        fs::write(&path, [0; 64]).unwrap();
        let orders = File::options().read(true).write(true).open(&path).unwrap();
        Some(Self { orders, path })
    }

    /// The variables that a host is started with.
    pub(super) fn variables(&self) -> [(&str, &str); 2] {
        let library = library().expect("it was built").to_str().unwrap();
        [("LD_PRELOAD", library), ("ROUNDS_SHIM", self.path.to_str().unwrap())]
    }

    /// What it answers from now on.
    pub(super) fn order(&self, orders: Orders) {
        let mut bytes = Vec::new();
        bytes.extend(orders.wall_seconds.to_ne_bytes());
        let rest = [orders.sync_errno, orders.sync_millis, orders.write_errno, orders.read_errno];
        rest.iter().for_each(|number| bytes.extend(number.to_ne_bytes()));
        self.orders.write_all_at(&bytes, 0).unwrap();
    }

    /// How many syncs of the store there were.
    pub(super) fn syncs(&self) -> i32 {
        let mut bytes = [0; 4];
        self.orders.read_exact_at(&mut bytes, SYNCS).unwrap();
        i32::from_ne_bytes(bytes)
    }
}
