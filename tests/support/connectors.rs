//! Connectors as `.wasm` files, built from source once a test process.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The connector of FHIR R4 servers.
pub(crate) const FHIR: &str = "fhir-r4";

/// The smallest connector.
pub(crate) const HELLO: &str = "hello";

/// The example that exists in every language, in Rust.
pub(crate) const CLINIC: &str = "clinic";

const PLUGINS: [&str; 3] = [FHIR, HELLO, CLINIC];

/// The file of a connector: a plugin by its package's name, else a guest.
pub(crate) fn file(name: &str) -> PathBuf {
    if PLUGINS.contains(&name) { plugin(name) } else { guest(name) }
}

/// The file of a guest: an example of `tests/guests`.
pub(crate) fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(&["--package", "guests", "--examples"]));
    found(built().join("examples").join(format!("{}.wasm", name.replace('-', "_"))))
}

fn plugin(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let packages = PLUGINS.iter().flat_map(|name| ["--package", *name]);
        build(&packages.chain(["--lib"]).collect::<Vec<_>>());
    });
    found(built().join(format!("{}.wasm", name.replace('-', "_"))))
}

fn found(file: PathBuf) -> PathBuf {
    assert!(file.is_file(), "{} was not built; is it named in Cargo.toml?", file.display());
    file
}

fn build(what: &[&str]) {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("build").args(what);
    command.args(["--target", "wasm32-wasip2", "--profile", "connector", "--target-dir"]);
    let output = command.arg(target()).output().expect("cargo runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what:?} cannot be built:\n{log}");
}

fn built() -> PathBuf {
    target().join("wasm32-wasip2/connector")
}

/// The folder that this test was built in.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder within target")
}
