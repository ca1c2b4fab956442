//! What componentize-py does: a module `connector` in Python to one component.
//!
//! The tool is the project's own, in its `.venv`, or else the one on the path. The SDK brings the
//! contract and the guest that the tool wants; it lies where the project's `pyproject.toml` says,
//! in `vendor/`, or in the `.venv`. WASI is left as it is, for the host has something fitting
//! behind all of it: componentize-py's stubs would end a guest that as much as prints a line,
//! and without a word.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use tokio::process::Command;

use super::{
    Error,
    cargo::{Built, Missing, output},
    component,
};

const COMPONENTIZE: Missing = Missing {
    tool: "componentize-py",
    remedy: "run `python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1` in the connector's folder",
};
const SDK: Missing = Missing {
    tool: "rounds-sdk",
    remedy: "put it at `vendor/rounds-sdk` in the connector's folder, or say in its pyproject.toml where it is: `[tool.uv.sources]`, `rounds-sdk = { path = \"…\" }`",
};
const NO_MODULE: &str = "it has no connector.py, the module of the connector";
const NO_NAME: &str = "its pyproject.toml is unreadable or has no `name` in [project]";

/// What the SDK has of the guest, and of the contract.
const GUEST: &str = "rounds_sdk.guest.exported";
const CONTRACT: &str = "rounds_sdk/wit";

/// A part of a `pyproject.toml`.
#[derive(Deserialize)]
struct PyProject {
    project: Project,
    #[serde(default)]
    tool: Tool,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tool {
    rounds: Rounds,
    uv: Uv,
}

/// What Rounds alone wants to know.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Rounds {
    /// Whether the connector has a sign-in call of its own.
    session: bool,
}

/// Where uv, and Rounds as well, find packages that are on no registry.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Uv {
    sources: toml::Table,
}

/// Builds the connector of a folder with a `pyproject.toml`.
pub(super) async fn build(folder: &Path) -> Result<Built, Error> {
    let not = |what| Error::NotAConnector { folder: folder.display().to_string(), what };
    let project = read(folder).ok_or_else(|| not(NO_NAME))?;
    if !folder.join("connector.py").is_file() {
        return Err(not(NO_MODULE));
    }
    let io = |source| Error::Io { what: folder.display().to_string(), source };
    let folder = &folder.canonicalize().map_err(io)?;
    fs::create_dir_all(folder.join("build")).map_err(io)?;
    let package = project.project.name.clone();
    let component = folder.join("build").join(format!("{package}.wasm"));
    componentize(folder, &project, &component).await?;
    Ok(Built { package, component })
}

fn read(folder: &Path) -> Option<PyProject> {
    let text = fs::read_to_string(folder.join("pyproject.toml")).ok()?;
    let project: PyProject = toml::from_str(&text).ok()?;
    let name = &project.project.name;
    (!name.is_empty() && !name.contains(['/', '\\'])).then_some(project)
}

async fn componentize(folder: &Path, project: &PyProject, to: &Path) -> Result<(), Error> {
    let environments = environments(folder);
    let sdk = sdk(folder, project, &environments)?;
    let program = tool(&environments);
    let mut tool = Command::new(&program);
    tool.arg("-d").arg(sdk.join(CONTRACT)).args(["-w", project.world(), "componentize", GUEST]);
    tool.arg("-p").arg(folder).arg("-p").arg(sdk).arg("-o").arg(to);
    if let Some(environment) = environments.first() {
        tool.env("VIRTUAL_ENV", environment);
    }
    // An author wants Python's trace of what went wrong, not that of the tool.
    tool.env("RUST_BACKTRACE", "0").current_dir(folder);
    output(&mut tool, COMPONENTIZE, COMPONENTIZE.tool).await?;
    let mut asked = Command::new(&program);
    let said = output(asked.arg("--version"), COMPONENTIZE, COMPONENTIZE.tool).await?;
    mark(to, said.split_whitespace().nth(1).unwrap_or_default())
}

/// Says in the component what made it, as the tool does not.
fn mark(component: &Path, version: &str) -> Result<(), Error> {
    let io = |source| Error::Io { what: component.display().to_string(), source };
    let made = [("language", "Python", ""), ("processed-by", COMPONENTIZE.tool, version)];
    let marked = component::made_with(&fs::read(component).map_err(io)?, &made)?;
    fs::write(component, marked).map_err(io)
}

impl PyProject {
    fn world(&self) -> &'static str {
        if self.tool.rounds.session { "session-connector-plugin" } else { "connector-plugin" }
    }

    /// Where the SDK is, as the project says.
    fn sdk(&self) -> Option<&str> {
        self.tool.uv.sources.get("rounds-sdk")?.get("path")?.as_str()
    }
}

/// The virtual environments to look into: the project's own, then the one that is activated.
fn environments(folder: &Path) -> Vec<PathBuf> {
    let activated = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let all = [Some(folder.join(".venv")), activated].into_iter().flatten();
    all.filter(|environment| environment.is_dir()).collect()
}

/// The tool as the first environment has it, else the one on the path.
fn tool(environments: &[PathBuf]) -> PathBuf {
    let name = COMPONENTIZE.tool;
    let places = environments.iter().flat_map(|environment| {
        [
            environment.join("bin").join(name),
            environment.join("Scripts").join(format!("{name}.exe")),
        ]
    });
    places.into_iter().find(|place| place.is_file()).unwrap_or_else(|| name.into())
}

/// The folder with the SDK's package.
fn sdk(folder: &Path, project: &PyProject, environments: &[PathBuf]) -> Result<PathBuf, Error> {
    let said = project.sdk().map(|path| folder.join(path)).into_iter();
    let vendored = folder.join("vendor").join("rounds-sdk");
    let installed = environments.iter().flat_map(|environment| packages(environment));
    let mut places = said.chain([vendored]).chain(installed);
    let Missing { tool, remedy } = SDK;
    places.find(|place| place.join(CONTRACT).is_dir()).ok_or(Error::Missing { tool, remedy })
}

/// Where an environment may have packages: `lib/python3.…/site-packages`, on Windows
/// `Lib\site-packages`.
fn packages(environment: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    let versions = entries.map(|entry| entry.path());
    versions.chain([environment.join("Lib")]).map(|it| it.join("site-packages")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn project(text: &str) -> PyProject {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_project_says_its_world_and_where_the_sdk_is() {
        let plain = project("[project]\nname = \"a\"\n");
        assert_eq!((plain.world(), plain.sdk()), ("connector-plugin", None));
        let said = project(
            "[project]\nname = \"a\"\n[tool.rounds]\nsession = true\n\
             [tool.uv.sources]\nrounds-sdk = { path = \"../sdk\" }\n",
        );
        assert_eq!((said.world(), said.sdk()), ("session-connector-plugin", Some("../sdk")));
    }

    #[tokio::test]
    async fn what_is_missing_is_told() {
        let folder = env::temp_dir().join(format!("rounds-python-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let told = async || match build(&folder).await {
            Ok(_) => panic!("it was built"),
            Err(error) => error.to_string(),
        };
        assert!(told().await.contains("no `name`"));
        fs::write(folder.join("pyproject.toml"), "[project]\nname = \"../a\"\n").unwrap();
        assert!(told().await.contains("no `name`"));
        fs::write(folder.join("pyproject.toml"), "[project]\nname = \"a\"\n").unwrap();
        assert!(told().await.contains("no connector.py"));
        fs::write(folder.join("connector.py"), "").unwrap();
        assert!(told().await.contains("vendor/rounds-sdk"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_first_place_with_the_sdk_is_taken() {
        let folder = env::temp_dir().join(format!("rounds-python-sdk-{}", std::process::id()));
        let installed = folder.join(".venv/lib/python3.11/site-packages");
        let nowhere = "[project]\nname = \"a\"\n[tool.uv.sources]\nrounds-sdk = { path = \"x\" }\n";
        let nowhere = project(nowhere);
        for place in [installed, folder.join("vendor/rounds-sdk")] {
            fs::create_dir_all(place.join(CONTRACT)).unwrap();
            let found = sdk(&folder, &nowhere, &[folder.join(".venv")]).unwrap();
            assert_eq!(found, place);
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
