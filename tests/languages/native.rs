//! The SDKs' own tests, each by its language's own tool, and the forms that they are published in.
//!
//! Those of the hello connectors run where a README is followed, those of Rust with the workspace.

use std::{fs, path::Path};

use super::tree::{Tree, sources};
use crate::support::{real::Tools, script};

/// What commands say in a folder, where all of them succeed.
async fn said(
    folder: &Path,
    commands: &str,
    tools: Tools,
    further: &[(&'static str, &Path)],
) -> String {
    let further = further.iter().map(|(name, path)| (*name, path.into()));
    let variables: Vec<_> = tools.variables().into_iter().chain(further).collect();
    let said = script(folder, commands, &variables).await;
    assert_eq!(said.code, Some(0), "{}: {}\n{}", folder.display(), said.out, said.error);
    [said.out, said.error].join("\n")
}

#[tokio::test]
#[ignore = "does not pass yet"]
async fn python_passes_its_own_tests_and_is_a_wheel() {
    let (tools, tree) = (Tools::ready(), Tree::new());
    let (sdk, python) = (tree.path("sdk/python"), tools.environment().join("bin/python"));
    let unittest = format!("{} -m unittest discover", python.display());
    let told = said(&sdk, &format!("{unittest} -s tests"), tools, &[("PYTHONPATH", &sdk)]).await;
    assert!(told.contains("OK"), "{told}");
    for folder in [sdk.join("hello"), tree.path("examples/clinic/python")] {
        let told = said(&folder, &unittest, tools, &[("PYTHONPATH", &sdk)]).await;
        assert!(told.contains("OK"), "{told}");
    }
    let wheel = "-m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build .";
    let list = "-m zipfile --list build/rounds_sdk-*.whl";
    let python = python.display();
    let told = said(&sdk, &format!("{python} {wheel}\n{python} {list}"), tools, &[]).await;
    for file in ["rounds_sdk/py.typed", "rounds_sdk/wit/connector.wit"] {
        assert!(told.contains(file), "{told}");
    }
    assert!(!told.contains("hello"), "{told}");
}

#[tokio::test]
async fn typescript_passes_its_own_tests_and_is_a_package() {
    let (tools, tree) = (Tools::ready(), Tree::new());
    let sdk = tree.path("sdk/typescript");
    said(&sdk, "npm install\nnpm test", tools, &[]).await;
    let clinic = tree.path("examples/clinic/typescript");
    said(&clinic, "npm install\nnpm test", tools, &[]).await;
    said(&sdk, "npm pack", tools, &[]).await;
    let told = said(&sdk, "tar --list --file rounds-sdk-*.tgz", tools, &[]).await;
    for file in ["package/dist/index.d.ts", "package/dist/guest.js", "package/dist/connector.wit"] {
        assert!(told.contains(file), "{told}");
    }
    assert!(!told.contains("hello"), "{told}");
}

#[tokio::test]
async fn go_passes_its_own_tests() {
    let (tools, tree) = (Tools::ready(), Tree::new());
    for folder in ["sdk/go", "sdk/go/hello", "examples/clinic/go"] {
        let told = said(&tree.path(folder), "go vet ./...\ngo test ./...", tools, &[]).await;
        assert!(told.contains("ok "), "{told}");
    }
}

#[tokio::test]
async fn c_passes_its_own_tests() {
    /// The section whose commands are run, in `tests/`.
    const SECTION: &str = "## For those who change the SDK\n";
    let (tools, tree) = (Tools::ready(), Tree::new());
    let readme = fs::read_to_string(tree.path("sdk/c/README.md")).unwrap();
    let (_, section) = readme.split_once(SECTION).unwrap();
    let commands = section.split("```").find_map(|block| block.strip_prefix("sh\n")).unwrap();
    said(&tree.path("sdk/c/tests"), commands, tools, &[]).await;
}

#[tokio::test]
#[ignore = "does not pass yet"]
async fn rust_is_a_crate() {
    let commands = "cargo package --quiet --allow-dirty --no-verify --offline\n\
                    tar --list --file \"$CARGO_TARGET_DIR\"/package/rounds-sdk-*.crate";
    let told = said(&sources().join("sdk/rust"), commands, Tools::ready(), &[]).await;
    for file in ["src/lib.rs", "wit/0.1.0/connector.wit", "README.md", "LICENSE"] {
        assert!(told.lines().any(|line| line.ends_with(&format!("0/{file}"))), "{told}");
    }
}
