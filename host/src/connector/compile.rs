//! Compiling a component, in a process of its own where there is one to be had.
//!
//! A small file may compile for minutes and into gigabytes. A process can be stopped and held to
//! its memory; a thread cannot. The child is the program itself, started with the hidden command
//! `connector compile`; it gets the component on stdin and answers with compiled code on stdout.

use std::{
    io::{self, Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
};

use bytes::Bytes;
use rustix::process::{Resource, Rlimit, nice, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    task, time,
};
use wasmtime::{Engine, component::Component};

use super::{Error, engine};
use crate::config::Limits;

/// The program's exit code where what it was given is wrong.
const NO_COMPONENT: i32 = 2;

/// The most of what a child says that is read, and the most of compiled code.
const WORDS: u64 = 4 << 10;
const LARGEST: u64 = 1 << 30;

/// How much a child gives way to the host.
const NICE: i32 = 10;

/// Where connectors are compiled.
#[derive(Clone, Debug, Default)]
pub enum Compiler {
    /// On a thread of this process, which nothing can stop.
    #[default]
    Here,
    /// In a process of this program, `rounds`.
    Apart(PathBuf),
}

/// The child's part: reads a component from `input` and writes compiled code to `output`, within
/// so many bytes of memory.
///
/// # Errors
/// `InvalidInput` where it is no component; otherwise what could not be read, written or had.
pub fn compile(mut input: impl Read, mut output: impl Write, memory: u64) -> io::Result<()> {
    let limit = Rlimit { current: Some(memory), maximum: Some(memory) };
    setrlimit(Resource::As, limit)?;
    nice(NICE)?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let engine = Engine::new(&engine::compiling()).map_err(io::Error::other)?;
    let code = engine
        .precompile_component(&bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("{error:#}")))?;
    output.write_all(&code)?;
    output.flush()
}

impl Compiler {
    /// Compiles for this engine; answers the serialized code, too, where it has it.
    pub(super) async fn compile(
        &self,
        engine: &Engine,
        path: &str,
        bytes: Bytes,
        limits: &Limits,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Here => here(engine.clone(), path, bytes).await,
            Self::Apart(program) => apart(program, path, &bytes, limits).await,
        }
    }
}

async fn here(engine: Engine, path: &str, bytes: Bytes) -> Result<Vec<u8>, Error> {
    let compile = move || Component::from_binary(&engine, &bytes)?.serialize();
    let compiled = task::spawn_blocking(compile).await;
    let compiled =
        compiled.map_err(|ended| uncompiled(path, format!("the compiler ended: {ended}")))?;
    compiled.map_err(|error| no_component(path, format!("{error:#}")))
}

async fn apart(
    program: &Path,
    path: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let failed =
        |error: io::Error| uncompiled(path, format!("the compiler cannot be run: {error}"));
    let child = start(program, limits.compile_memory).map_err(failed)?;
    let ended = time::timeout(limits.compile_time, converse(child, bytes)).await;
    let Ok(ended) = ended else {
        let limit = limits.compile_time;
        return Err(uncompiled(
            path,
            format!("it took longer than {limit:?} (host.limits.compile_time)"),
        ));
    };
    let Ended { status, code, words } = ended.map_err(failed)?;
    if status.success() {
        return Ok(code);
    }
    match status.code() {
        Some(code) if code == NO_COMPONENT => Err(no_component(path, words)),
        _ => Err(uncompiled(path, why(status, &words, limits.compile_memory))),
    }
}

struct Ended {
    status: ExitStatus,
    code: Vec<u8>,
    words: String,
}

fn start(program: &Path, memory: usize) -> io::Result<Child> {
    Command::new(program)
        .args(["connector", "compile", "--memory", &memory.to_string()])
        // The host's secrets may stand in its environment.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

async fn converse(mut child: Child, bytes: &[u8]) -> io::Result<Ended> {
    let gone = || io::Error::other("its pipes are gone");
    let mut input = child.stdin.take().ok_or_else(gone)?;
    let output = child.stdout.take().ok_or_else(gone)?;
    let errors = child.stderr.take().ok_or_else(gone)?;
    let (mut code, mut words) = (Vec::new(), Vec::new());
    let (mut output, mut errors) = (output.take(LARGEST), errors.take(WORDS));
    let tell = async move {
        // A child that has ended reads no more; why, it says itself.
        drop(input.write_all(bytes).await);
    };
    let (read, heard, ()) =
        tokio::join!(output.read_to_end(&mut code), errors.read_to_end(&mut words), tell);
    read.and(heard)?;
    let status = child.wait().await?;
    let words = String::from_utf8_lossy(&words).trim().to_owned();
    Ok(Ended { status, code, words })
}

fn why(status: ExitStatus, words: &str, memory: usize) -> String {
    let aborted = status.signal().is_some();
    if aborted && words.contains("memory allocation") {
        let memory = memory >> 20;
        return format!("it needs more than {memory} MiB of memory (host.limits.compile_memory)");
    }
    let words = words.lines().last().unwrap_or_default();
    format!("the compiler ended, {status}: {words}")
}

fn uncompiled(path: &str, what: String) -> Error {
    Error::Compile { path: path.into(), what }
}

fn no_component(path: &str, what: String) -> Error {
    Error::NotAComponent { path: path.into(), what }
}
