//! Installs what the real systems need, once per content of a lock file.
//!
//! A stamp with everything that the installation was made from is written last, and a lock
//! held throughout: an installation that was cut off is made anew, and test processes that
//! start together wait for the one that installs. An installer holds the lock, too, as its
//! stdin: one that outlives its test process is waited for, not interfered with. The files
//! of `tests/real` are compiled in, so nothing here depends on the folder that tests run in.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"), "/../tests/real/", $folder, "/", $name
        )))),*]
    };
}

mod java;

pub(super) use java::{hapi, java_missing};

/// What one language's real systems are made of.
struct Kit {
    name: &'static str,
    /// What an installation is made from: another content, another installation.
    locks: &'static [(&'static str, &'static str)],
    scripts: &'static [(&'static str, &'static str)],
    /// Says which interpreter there is, or what is missing.
    interpreter: fn() -> Result<String, String>,
    install: fn(&Path, &File) -> Result<(), String>,
}

const PYTHON: Kit = Kit {
    name: "python",
    locks: files!("python": "requirements.lock"),
    scripts: files!("python": "daemon.py", "ehr.py", "keys.py", "parent.py", "receiver.py", "registry.py"),
    interpreter: python_there,
    install: install_python,
};

const NODE: Kit = Kit {
    name: "node",
    locks: files!("node": "package.json", "package-lock.json"),
    scripts: files!("node": "oidc.mjs", "parent.mjs", "receiver.mjs"),
    interpreter: node_there,
    install: install_node,
};

/// The languages' tools are wheels, too. They stay as files, so that a project's own environment
/// is made of them, and of no registry.
const CONNECTORS: Kit = Kit {
    name: "connectors",
    locks: files!("connectors": "requirements.lock"),
    scripts: &[],
    interpreter: python_there,
    install: install_connectors,
};

const DEBIAN: Kit = Kit {
    name: "debian",
    locks: files!("debian": "packages"),
    scripts: &[],
    interpreter: debian_there,
    install: install_debian,
};

/// A program of one of Debian's packages, as `usr/bin/docker-registry`. Downloads and unpacks them
/// on first use; nothing is installed.
pub(super) fn debian(program: &str) -> PathBuf {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| ready(&DEBIAN)).join(program)
}

/// Where the tools are that connectors are built with: `bin`, the environment `venv`, and `wheels`
/// to make others of. Installs on first use, which takes about a minute.
pub(super) fn connectors() -> &'static Path {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    HOME.get_or_init(|| ready(&CONNECTORS))
}

/// A command that runs this Python script among its packages. Installs on first use, which
/// takes some twenty seconds.
pub(super) fn python(script: &str) -> Command {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    let home = HOME.get_or_init(|| ready(&PYTHON));
    let mut command = Command::new(home.join("venv/bin/python"));
    command.arg(home.join(script));
    command
}

/// A command that runs this Node script among its packages. Installs on first use, which
/// takes a few seconds.
pub(super) fn node(script: &str) -> Command {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    let home = HOME.get_or_init(|| ready(&NODE));
    let mut command = Command::new("node");
    command.arg(home.join(script));
    command
}

fn ready(kit: &Kit) -> PathBuf {
    installed(kit).unwrap_or_else(|missing| panic!("the tests' {} systems: {missing}", kit.name))
}

fn installed(kit: &Kit) -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("real");
    let home = root.join(kit.name);
    fs::create_dir_all(&root).map_err(|error| broken(&root, &error))?;
    let turn =
        turn(&root.join(format!("{}.lock", kit.name))).map_err(|error| broken(&root, &error))?;
    let made_from = made_from(kit)?;
    let stamp = home.join("made-from");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&made_from) {
        anew(&home, kit).map_err(|error| broken(&home, &error))?;
        (kit.install)(&home, &turn)?;
        fs::write(&stamp, made_from).map_err(|error| broken(&stamp, &error))?;
    }
    write_changed(&home, kit.scripts).map_err(|error| broken(&home, &error))?;
    Ok(home)
}

/// Waits for the lock, which is held until every copy of the file is closed.
fn turn(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

fn broken(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn made_from(kit: &Kit) -> Result<String, String> {
    let interpreter = (kit.interpreter)()?;
    let locks: String = kit.locks.iter().map(|(_, content)| *content).collect();
    Ok(format!("{interpreter}{locks}"))
}

fn anew(home: &Path, kit: &Kit) -> io::Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    fs::create_dir_all(home)?;
    write_changed(home, kit.locks)
}

fn write_changed(home: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    for (name, content) in files {
        let path = home.join(name);
        if fs::read_to_string(&path).ok().as_deref() != Some(content) {
            fs::write(path, content)?;
        }
    }
    Ok(())
}

fn python_there() -> Result<String, String> {
    const CHECK: &str = "import sys, venv, ensurepip; print(sys.executable, sys.version); \
                         sys.exit(sys.version_info < (3, 11))";
    run(Command::new("python3").args(["-c", CHECK])).map_err(|error| {
        format!(
            "Python 3.11 or newer with its venv module is needed (python3, python3-venv); {error}"
        )
    })
}

fn install_python(home: &Path, turn: &File) -> Result<(), String> {
    let venv = home.join("venv");
    run_holding(turn, Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    pip.args(["--require-hashes", "--only-binary=:all:", "-r", "requirements.lock"]);
    run_holding(turn, pip.current_dir(home))
}

fn install_connectors(home: &Path, turn: &File) -> Result<(), String> {
    const LINK: &str = "import go, pathlib, ziglang\n\
                        bin = pathlib.Path('bin')\n\
                        bin.mkdir()\n\
                        for name, module in ('bin/go', go), ('zig', ziglang):\n    \
                            program = pathlib.Path(module.__file__).parent.joinpath(name)\n    \
                            bin.joinpath(program.name).symlink_to(program)\n";
    let python = home.join("venv/bin/python");
    let pip = |arguments: &[&str]| {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check"]);
        pip.args(arguments).args(["--require-hashes", "-r", "requirements.lock"]);
        run_holding(turn, pip.current_dir(home))
    };
    run_holding(turn, Command::new("python3").args(["-m", "venv", "venv"]).current_dir(home))?;
    pip(&["download", "--only-binary=:all:", "--dest", "wheels"])?;
    pip(&["install", "--no-index", "--find-links", "wheels", "--no-compile"])?;
    run_holding(turn, Command::new(&python).args(["-c", LINK]).current_dir(home))
}

fn node_there() -> Result<String, String> {
    const CHECK: &str = "console.log(process.execPath, process.version); \
                         process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)";
    run(Command::new("node").args(["-e", CHECK]))
        .map_err(|error| format!("Node 20 or newer is needed; {error}"))
}

fn install_node(home: &Path, turn: &File) -> Result<(), String> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run_holding(turn, npm.current_dir(home)).map_err(|error| format!("npm is needed; {error}"))
}

fn debian_there() -> Result<String, String> {
    run(Command::new("dpkg").arg("--print-architecture")).map_err(|error| {
        format!("a Debian, or what is made of it, is needed for its packages; {error}")
    })
}

fn install_debian(home: &Path, turn: &File) -> Result<(), String> {
    let packages = fs::read_to_string(home.join("packages"));
    let packages = packages.map_err(|error| broken(home, &error))?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        run_holding(turn, apt.arg("--quiet").args(arguments).current_dir(home))
    };
    let download: Vec<_> = std::iter::once("download").chain(packages.lines()).collect();
    // A machine that is new has no list of packages yet, and only root can have it made.
    apt(&download).or_else(|_| apt(&["update"]).and_then(|()| apt(&download))).map_err(
        |error| format!("Debian's packages are needed; run `apt-get update` as root; {error}"),
    )?;
    let files = fs::read_dir(home).map_err(|error| broken(home, &error))?;
    let files = files.filter_map(|entry| Some(entry.ok()?.path()));
    for file in files.filter(|path| path.extension().is_some_and(|it| it == "deb")) {
        run_holding(turn, Command::new("dpkg-deb").arg("-x").args([&file, home]))?;
    }
    Ok(())
}

fn run_holding(turn: &File, command: &mut Command) -> Result<(), String> {
    let held = turn.try_clone().map_err(|error| format!("the lock: {error}"))?;
    finish(command.stdin(held)).map(drop)
}

fn run(command: &mut Command) -> Result<String, String> {
    finish(command.stdin(Stdio::null()))
}

/// What the command wrote to stdout, or why it failed.
fn finish(command: &mut Command) -> Result<String, String> {
    let ran = command.output();
    let output = ran.map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    Err(format!("{command:?} ended with {}:\n{stdout}{stderr}", output.status))
}
