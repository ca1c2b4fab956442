//! What Node's tools do: TypeScript or JavaScript to one component.
//!
//! The tools are the project's own, below its `node_modules`, so that a lock file pins them. A
//! few lines, written into `build/`, put the SDK's guest before the connector; esbuild bundles
//! them, and componentize-qjs makes a component of the bundle.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;

use super::{
    Error,
    cargo::{Built, Missing},
    component,
};

const NODE: Missing =
    Missing { tool: "node", remedy: "install Node.js 20 or newer from https://nodejs.org" };
const TYPESCRIPT: Missing = in_project("tsc");
const ESBUILD: Missing = in_project("esbuild");
const COMPONENTIZE: Missing = in_project("componentize-qjs");
const SDK: Missing = in_project("rounds-sdk");

/// Where a connector may begin, the first that is there.
const ENTRIES: [&str; 4] =
    ["src/connector.ts", "src/connector.mts", "src/connector.js", "src/connector.mjs"];
const NO_ENTRY: &str = "it has no src/connector.ts and no src/connector.js, whose default export would be the connector";
const NO_NAME: &str = "its package.json is unreadable or has no `name`";
const NO_WORLD: &str = "its SDK does not say what it exports; bring `rounds-sdk` up to date";

/// Asks the bundle which world it has, and the SDK for the contract. The answer is the last
/// line, as the connector may have written some of its own.
const ASK: &str = r#"
import { fileURLToPath, pathToFileURL } from "node:url";
const { world } = await import(pathToFileURL(process.argv[1]));
const contract = fileURLToPath(import.meta.resolve("rounds-sdk/connector.wit"));
process.stdout.write(`\n${JSON.stringify({ world, contract })}`);
"#;

/// A tool that the project brings along.
const fn in_project(tool: &'static str) -> Missing {
    let remedy = "run `npm install` in the connector's folder; its package.json is to name `rounds-sdk`, and `esbuild` and `componentize-qjs` for development";
    Missing { tool, remedy }
}

/// A part of a `package.json`.
#[derive(Deserialize)]
struct Package {
    name: String,
}

/// What a bundle exports.
#[derive(Deserialize)]
struct Exports {
    world: String,
    contract: PathBuf,
}

/// Builds the connector of a folder with a `package.json`.
pub(super) async fn build(folder: &Path) -> Result<Built, Error> {
    let not = |what| Error::NotAConnector { folder: folder.display().to_string(), what };
    let package = package(folder).ok_or_else(|| not(NO_NAME))?;
    let entry = ENTRIES.into_iter().find(|entry| folder.join(entry).is_file());
    let entry = entry.ok_or_else(|| not(NO_ENTRY))?;
    let whole = |source| Error::Io { what: folder.display().to_string(), source };
    let folder = &folder.canonicalize().map_err(whole)?;
    node(folder).await?;
    find(folder, "rounds-sdk/package.json", SDK)?;
    check_types(folder).await?;
    bundle(folder, entry).await?;
    let exports = exports(folder).await?.ok_or_else(|| not(NO_WORLD))?;
    let component = componentize(folder, entry, &exports).await?;
    Ok(Built { package, component })
}

/// The package's name, without the scope that a registry wants before it.
fn package(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("package.json")).ok()?;
    let Package { name } = serde_json::from_str(&text).ok()?;
    let name = name.rsplit('/').next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether Node is there: its tools would only say that a shell found no such file.
async fn node(folder: &Path) -> Result<(), Error> {
    let mut node = Command::new(NODE.tool);
    run(node.arg("--version").current_dir(folder), NODE).await.map(drop)
}

/// What is below the `node_modules` of a folder, or of one around it.
fn find(folder: &Path, what: &str, missing: Missing) -> Result<PathBuf, Error> {
    let Missing { tool, remedy } = missing;
    let mut places = folder.ancestors().map(|folder| folder.join("node_modules").join(what));
    places.find(|place| place.exists()).ok_or(Error::Missing { tool, remedy })
}

/// A tool of the project's own, to be run in its folder.
fn tool(folder: &Path, missing: Missing) -> Result<Command, Error> {
    let mut tool = Command::new(find(folder, &format!(".bin/{}", missing.tool), missing)?);
    tool.current_dir(folder);
    Ok(tool)
}

/// Says type errors, where the project has TypeScript: esbuild only takes types away.
async fn check_types(folder: &Path) -> Result<(), Error> {
    let is_typed = folder.join("tsconfig.json").is_file();
    match tool(folder, TYPESCRIPT) {
        Ok(mut tsc) if is_typed => {
            run(tsc.args(["--noEmit", "--pretty", "false"]), TYPESCRIPT).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// One module of the guest and the connector, without imports.
async fn bundle(folder: &Path, entry: &str) -> Result<(), Error> {
    let written = |source| Error::Io { what: "build/ cannot be written".into(), source };
    let glue = format!(
        "import {{ guest }} from \"rounds-sdk/guest\";\n\
         import * as source from \"../{entry}\";\n\
         export const {{ connector, session, world }} = guest(source.default);\n"
    );
    fs::create_dir_all(folder.join("build")).map_err(written)?;
    fs::write(folder.join("build/guest.js"), glue).map_err(written)?;
    let mut esbuild = tool(folder, ESBUILD)?;
    esbuild.args(["build/guest.js", "--outfile=build/connector.js", "--bundle", "--format=esm"]);
    esbuild.args(["--platform=neutral", "--main-fields=module,main", "--target=es2023"]);
    run(esbuild.args(["--charset=utf8", "--log-level=warning"]), ESBUILD).await.map(drop)
}

/// What the bundle exports, where it says so. Node runs it, so that what goes wrong at its start
/// is told with its place.
async fn exports(folder: &Path) -> Result<Option<Exports>, Error> {
    let mut node = Command::new(NODE.tool);
    node.args(["--input-type=module", "--eval", ASK, "build/connector.js"]).current_dir(folder);
    let told = run(&mut node, NODE).await?;
    Ok(told.lines().last().and_then(|line| serde_json::from_str(line).ok()))
}

/// The component of the bundle. `--sync`: the contract has no asynchronous function;
/// `--stub-wasi`: it has no imports.
async fn componentize(folder: &Path, entry: &str, exports: &Exports) -> Result<PathBuf, Error> {
    let component = folder.join("build/connector.wasm");
    let mut componentize = tool(folder, COMPONENTIZE)?;
    componentize.arg("--wit").arg(&exports.contract).args(["--world", &exports.world]);
    componentize.args(["--js", "build/connector.js", "--sync", "--stub-wasi", "--output"]);
    run(componentize.arg(&component), COMPONENTIZE).await?;
    note_tools(&component, entry)?;
    Ok(component)
}

/// Notes in the component what made it, which otherwise tells of the engine alone.
fn note_tools(component: &Path, entry: &str) -> Result<(), Error> {
    let failed = |source| Error::Io { what: component.display().to_string(), source };
    let language = if entry.ends_with("ts") { "TypeScript" } else { "JavaScript" };
    let made = [("language", language, ""), ("processed-by", COMPONENTIZE.tool, "")];
    let noted = component::made_with(&fs::read(component).map_err(failed)?, &made)?;
    fs::write(component, noted).map_err(failed)
}

/// What a tool prints, where it succeeds; what it says on stderr goes to ours. One that fails
/// may have told why on either, as tsc does.
async fn run(command: &mut Command, missing: Missing) -> Result<String, Error> {
    let Missing { tool, remedy } = missing;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => Error::Missing { tool, remedy },
        _ => Error::Io { what: format!("`{tool}` cannot be run"), source },
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let running = command.kill_on_drop(true).spawn().map_err(failed)?;
    let told = running.wait_with_output().await.map_err(failed)?;
    if told.status.success() {
        return Ok(String::from_utf8_lossy(&told.stdout).into_owned());
    }
    io::stderr().write_all(&told.stdout).map_err(failed)?;
    Err(Error::Failed(tool.into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    /// What a build of these files says, all empty but `package.json`.
    async fn said(name: &str, package: &str, files: &[&str]) -> String {
        let name = format!("rounds-typescript-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("package.json"), package).unwrap();
        for file in files {
            fs::write(folder.join(file), "").unwrap();
        }
        let built = build(&folder).await;
        fs::remove_dir_all(&folder).unwrap();
        built.err().expect("it was built").to_string()
    }

    #[tokio::test]
    async fn what_is_missing_is_told_with_its_remedy() {
        let entry = ["src/connector.js"].as_slice();
        for (name, package, files, expected) in [
            ("nothing", "", [].as_slice(), "package.json is unreadable"),
            ("nameless", "{}", entry, "has no `name`"),
            ("empty", r#"{"name":"a"}"#, [].as_slice(), "no src/connector.ts"),
            ("bare", r#"{"name":"a"}"#, entry, "run `npm install`"),
        ] {
            let said = said(name, package, files).await;
            assert!(said.contains(expected), "{name}: {said}");
        }
    }

    #[tokio::test]
    async fn a_tool_that_is_not_there_is_told() {
        let mut nothing = Command::new("rounds-has-no-such-tool");
        let Err(Error::Missing { tool, .. }) = run(&mut nothing, NODE).await else {
            panic!("it ran")
        };
        assert_eq!(tool, "node");
    }

    #[test]
    fn a_scope_is_no_part_of_the_name() {
        let folder = std::env::temp_dir().join(format!("rounds-scope-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), r#"{"name":"@clinic/north"}"#).unwrap();
        let package = package(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(package.as_deref(), Some("north"));
    }
}
