//! What a compiler of C does: sources of C and C++, and the SDK's, to one component.
//!
//! All that an author needs is the compiler. Its flags are lines of `compile_flags.txt`, the file
//! that editors know (clangd); of them, `-I` says where the SDK is. The component is named after
//! the source that holds `ROUNDS_EXPORT`. Every source is compiled with traps for what C leaves
//! undefined, as WebAssembly alone would let a null pointer be read.

mod compiler;
mod project;

use std::{
    fs,
    path::{Path, PathBuf},
};

use self::{
    compiler::Compiler,
    project::{Project, is_cpp},
};
use super::{Error, cargo::Built, component};

const NO_WORLD: &str = "it asks for files, an environment, a clock or random numbers, as fopen, getenv, time or rand do, and a connector has none of them";
const PREVIEW1: &[u8] = b"wasi_snapshot_preview1";

/// Of every compilation, the author's own flags behind. What ends a program in C has words here.
const COMPILE: [&str; 10] = [
    "-c",
    "-O2",
    "-Wall",
    "-Wextra",
    "-fsanitize=undefined",
    "-fsanitize-trap=undefined",
    "-fno-sanitize=function",
    "-fno-stack-protector",
    "-D__assert_fail=rounds_assert_failed",
    "-Dabort=rounds_aborted",
];

/// A stack of its own end, so that its overflow is a trap and not another value.
const LINK: [&str; 5] =
    ["-O2", "-mexec-model=reactor", "-s", "-Wl,--gc-sections", "-Wl,-z,stack-size=262144"];

/// Builds the connector of a folder with sources of C or C++.
pub(super) async fn build(folder: &Path) -> Result<Built, Error> {
    let project = Project::read(folder)?;
    let build = project.folder.join("build");
    let objects = build.join("objects");
    fs::create_dir_all(&objects).map_err(|source| io(&objects, source))?;
    let compiler = Compiler::find(&project.folder, &objects, project.has_cpp()).await?;
    let objects = compile(&project, &compiler, &objects).await?;
    let module = build.join("core.wasm");
    compiler.link(&project.folder, &LINK, &objects, &module, project.has_cpp()).await?;
    let core = fs::read(&module).map_err(|source| io(&module, source))?;
    let component = build.join(format!("{}.wasm", project.name));
    let encoded = encode(&project, &compiler, &core)?;
    fs::write(&component, encoded).map_err(|source| io(&component, source))?;
    Ok(Built { package: project.name, component })
}

async fn compile(
    project: &Project,
    compiler: &Compiler,
    objects: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let mut made = Vec::new();
    let sdk = [(&project.sdk, [].as_slice())];
    let own = project.sources.iter().map(|source| (source, project.flags.as_slice()));
    for (index, (source, flags)) in own.chain(sdk).enumerate() {
        let object = objects.join(format!("{index}.o"));
        let flags = COMPILE.iter().copied().chain(flags.iter().map(String::as_str));
        let flags: Vec<_> = flags.collect();
        compiler.compile(&project.folder, &flags, source, &object).await?;
        made.push(object);
    }
    Ok(made)
}

fn encode(project: &Project, compiler: &Compiler, core: &[u8]) -> Result<Vec<u8>, Error> {
    if core.windows(PREVIEW1.len()).any(|window| window == PREVIEW1) {
        let folder = project.folder.display().to_string();
        return Err(Error::NotAConnector { folder, what: NO_WORLD });
    }
    let language = if project.has_cpp() { "C++" } else { "C" };
    let (tool, version) = compiler.name();
    let made =
        component::made_with(core, &[("language", language, ""), ("processed-by", tool, version)]);
    component::encode(&made?, &[])
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { what: path.display().to_string(), source }
}
