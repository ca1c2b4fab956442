//! What is no connector's folder is told so, before anything is built.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("rounds-build-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            fs::write(path.join(file), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn tools_are_told_by_the_manifest_they_want() {
    for (name, file, expected) in [
        ("rust", "Cargo.toml", Some(Tools::Cargo)),
        ("python", "pyproject.toml", Some(Tools::Python)),
        ("node", "package.json", Some(Tools::Node)),
        ("go", "go.mod", Some(Tools::Go)),
        ("c", "connector.c", Some(Tools::C)),
        ("cpp", "connector.cpp", Some(Tools::C)),
        ("none", "README.md", None),
    ] {
        let folder = Folder::with(name, &[(file, "")]);
        assert_eq!(Tools::of(&folder.0), expected, "{file}");
    }
}

#[tokio::test]
async fn a_folder_without_a_source_is_told() {
    let folder = Folder::with("empty", &[]);
    let error = build(&folder.0, None, false).await.unwrap_err().to_string();
    assert!(error.contains("is no connector's folder"), "{error}");
}

#[tokio::test]
async fn a_workspace_alone_is_no_connector() {
    let folder = Folder::with("workspace", &[("Cargo.toml", "[workspace]\nmembers = []\n")]);
    let Err(Error::NotAConnector { what, .. }) = build(&folder.0, None, false).await else {
        panic!("it was built")
    };
    assert!(what.contains("only a workspace"));
}

#[test]
fn a_component_is_placed_whole() {
    let folder =
        Folder::with("place", &[("component", "new"), ("there.wasm", "\0asm, the old one")]);
    let output = folder.0.join("there.wasm");
    place(&folder.0.join("component"), &output).unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "new");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}
