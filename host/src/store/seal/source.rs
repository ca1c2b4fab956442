//! Where an outer key comes from, read when a store is opened and when its keys are rotated.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::OuterKey;
use crate::config::{Environment, ProcessEnvironment, Secret};

/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(30);

/// Where an outer key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In a variable of this name.
    Variable(String),
    /// In a file that nobody else may read.
    File(PathBuf),
    /// Who prints it: a program and its arguments, as of a key vault.
    Command(Vec<String>),
}

impl KeySource {
    /// Reads the key; blocks, on a command for up to 30 s.
    ///
    /// # Errors
    /// What is wrong with it, without its value.
    pub fn read(&self) -> Result<OuterKey, String> {
        let text = match self {
            Self::Variable(name) => variable(name)?,
            Self::File(path) => file(path)?,
            Self::Command(command) => run(command)?,
        };
        OuterKey::parse(&text).map_err(|error| error.to_string())
    }
}

fn variable(name: &str) -> Result<Secret, String> {
    let value = ProcessEnvironment.variable(name);
    value.map(Secret::new).ok_or_else(|| format!("the environment has no variable `{name}`"))
}

fn file(path: &Path) -> Result<Secret, String> {
    let shown = path.display();
    let file =
        ProcessEnvironment.file(path).map_err(|why| format!("cannot read {shown}: {why}"))?;
    match is_private(path) {
        true => Ok(Secret::new(file.text)),
        false => Err(format!("others may read {shown}; `chmod 600` it")),
    }
}

/// Whether nobody but its owner may read a file.
pub(crate) fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
}

fn run(command: &[String]) -> Result<Secret, String> {
    let (program, arguments) = command.split_first().ok_or("the command is empty")?;
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("cannot run `{program}`: {why}"))?;
    let id = child.id();
    let (done, output) = mpsc::channel();
    thread::spawn(move || drop(done.send(child.wait_with_output())));
    let Ok(output) = output.recv_timeout(COMMAND) else {
        kill(id);
        return Err(format!("`{program}` took longer than {} s", COMMAND.as_secs()));
    };
    let output = output.map_err(|why| format!("cannot read from `{program}`: {why}"))?;
    if !output.status.success() {
        return Err(format!("`{program}` failed: {}", output.status));
    }
    let text = String::from_utf8(output.stdout);
    text.map(Secret::new).map_err(|_| format!("what `{program}` prints is no text"))
}

fn kill(process: u32) {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    let Some(process) = process else { return };
    // It may have ended meanwhile.
    rustix::process::kill_process(process, rustix::process::Signal::KILL).ok();
}
