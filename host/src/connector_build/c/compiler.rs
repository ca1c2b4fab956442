//! Compilers that can make WebAssembly, and how they are found: by trying.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use super::{io, is_cpp};
use crate::connector_build::{
    Error,
    cargo::{Missing, output},
};

const TARGET: &str = "wasm32-wasi";
const MISSING: Missing = Missing {
    tool: "clang or zig",
    remedy: "a compiler that makes WebAssembly is one of these two: `apt install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32` (or any clang from 16 on with a WASI libc), `python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.1` in the connector's folder; or name one in CC",
};
const MISSING_CPP: Missing = Missing {
    tool: "clang++ or zig",
    remedy: "a compiler that makes WebAssembly of C++ is one of these two: `apt install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32 libc++-19-dev-wasm32`, `python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.1` in the connector's folder; or name one in CC",
};

/// A program that says that it can only if it has the target's library and a linker for it.
const PROBE: &str = "#include <stdlib.h>\nvoid *probe(void) { return malloc(1); }\n";
const PROBE_CPP: &str = "#include <string>\nstd::string probe() { return std::string(99, ' '); }\n";

/// Which flags a compiler understands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Clang,
    Zig,
}

/// A compiler of C and C++ to WebAssembly.
pub(super) struct Compiler {
    kind: Kind,
    program: PathBuf,
    /// What stands before all flags, as `-m ziglang`.
    first: Vec<String>,
    version: String,
}

impl Compiler {
    /// The first that can do it, of `$CC`, clang from the newest on, and zig, on the path or in the
    /// project's own `.venv`. What is tried is left in a folder.
    pub(super) async fn find(folder: &Path, tried: &Path, cpp: bool) -> Result<Self, Error> {
        let name = if cpp { "probe.cpp" } else { "probe.c" };
        let probe = tried.join(name);
        let text = if cpp { PROBE_CPP } else { PROBE };
        fs::write(&probe, text).map_err(|source| io(&probe, source))?;
        for mut compiler in candidates(folder) {
            if let Some(version) = compiler.try_out(folder, &probe, cpp).await {
                compiler.version = version;
                return Ok(compiler);
            }
        }
        let Missing { tool, remedy } = if cpp { MISSING_CPP } else { MISSING };
        Err(Error::Missing { tool, remedy })
    }

    /// Its name and version.
    pub(super) fn name(&self) -> (&str, &str) {
        (if self.kind == Kind::Zig { "zig" } else { "clang" }, &self.version)
    }

    /// Compiles a source below a folder.
    pub(super) async fn compile(
        &self,
        folder: &Path,
        flags: &[&str],
        source: &Path,
        object: &Path,
    ) -> Result<(), Error> {
        let mut command = self.command(folder, is_cpp(source));
        command.args(flags).arg(source).arg("-o").arg(object);
        self.run(command).await
    }

    /// Links objects to a module.
    pub(super) async fn link(
        &self,
        folder: &Path,
        flags: &[&str],
        objects: &[PathBuf],
        module: &Path,
        cpp: bool,
    ) -> Result<(), Error> {
        let mut command = self.command(folder, cpp);
        command.args(flags).args(objects).arg("-o").arg(module);
        if self.kind == Kind::Clang {
            // Below the stack is the end of memory, so that its overflow is a trap. Zig has it so.
            command.arg("-Wl,--stack-first");
        }
        self.run(command).await
    }

    async fn run(&self, mut command: Command) -> Result<(), Error> {
        let (name, _) = self.name();
        output(&mut command, MISSING, name).await.map(drop)
    }

    fn command(&self, folder: &Path, cpp: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.first).current_dir(folder);
        match (self.kind, cpp) {
            (Kind::Zig, _) => {
                command.arg(if cpp { "c++" } else { "cc" }).args(["-target", TARGET]);
            }
            (Kind::Clang, _) => {
                command.arg(format!("--target={TARGET}"));
            }
        }
        if self.kind == Kind::Clang {
            command.args(cpp.then_some("--driver-mode=g++"));
        }
        if cpp {
            // The contract's host has no exceptions of WebAssembly.
            command.arg("-fno-exceptions");
        }
        command
    }

    /// Its version, where it can do it.
    async fn try_out(&self, folder: &Path, probe: &Path, cpp: bool) -> Option<String> {
        let mut version = Command::new(&self.program);
        version.args(&self.first).arg(if self.kind == Kind::Zig { "version" } else { "--version" });
        let said = quietly(&mut version).await?;
        if self.kind == Kind::Clang {
            let mut command = self.command(folder, cpp);
            command.args(["-mexec-model=reactor", "-o"]).arg(probe.with_extension("wasm"));
            quietly(command.arg(probe)).await?;
        }
        said.split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .map(Into::into)
    }
}

/// What a program says, where there is one and it succeeds.
async fn quietly(command: &mut Command) -> Option<String> {
    let command = command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn candidates(folder: &Path) -> Vec<Compiler> {
    const NEWEST: u32 = 24;
    const OLDEST: u32 = 16;
    let named = env::var("CC").ok().and_then(|words| named(&words));
    let numbered = (OLDEST..=NEWEST).rev().map(|version| format!("clang-{version}"));
    let clang = numbered.chain(["clang".into()]).map(|program| clang(program.into()));
    let own = folder.join(".venv/bin/python");
    let zig = [zig("zig".into(), &[]), zig(own, ZIGLANG), zig("python3".into(), ZIGLANG)];
    named.into_iter().chain(clang).chain(zig).collect()
}

const ZIGLANG: &[&str] = &["-m", "ziglang"];

/// A compiler as CC names one, be it `zig cc` or with flags.
fn named(words: &str) -> Option<Compiler> {
    let mut words = words.split_whitespace();
    let program: PathBuf = words.next()?.into();
    let mut first: Vec<String> = words.map(Into::into).collect();
    let is_zig = first.last().is_some_and(|word| word == "cc");
    if is_zig {
        first.pop();
    }
    let kind = if is_zig { Kind::Zig } else { Kind::Clang };
    Some(Compiler { kind, program, first, version: String::new() })
}

fn clang(program: PathBuf) -> Compiler {
    Compiler { kind: Kind::Clang, program, first: Vec::new(), version: String::new() }
}

fn zig(program: PathBuf, first: &[&str]) -> Compiler {
    let first = first.iter().map(|&word| word.into()).collect();
    Compiler { kind: Kind::Zig, program, first, version: String::new() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn cc_names_a_compiler_with_its_arguments() {
        for (words, kind, first) in [
            ("clang-19", Kind::Clang, vec![]),
            ("/opt/wasi-sdk/bin/clang --sysroot=/s", Kind::Clang, vec!["--sysroot=/s"]),
            ("zig cc", Kind::Zig, vec![]),
            ("python3 -m ziglang cc", Kind::Zig, vec!["-m", "ziglang"]),
        ] {
            let compiler = named(words).unwrap();
            assert!(compiler.kind == kind, "{words}");
            assert_eq!(compiler.first, first, "{words}");
        }
        assert!(named(" ").is_none());
    }
}
