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

#[tokio::test]
async fn a_folder_of_another_language_or_none_is_told() {
    for (name, files, expected) in [
        ("empty", &[][..], "has no Cargo.toml"),
        ("script", &[("package.json", "{}")][..], "holds JavaScript"),
        ("snake", &[("pyproject.toml", "")][..], "holds Python"),
    ] {
        let folder = Folder::with(name, files);
        let error = build_rust(&folder.0, None).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_workspace_alone_is_no_connector() {
    let folder = Folder::with("workspace", &[("Cargo.toml", "[workspace]\nmembers = []\n")]);
    let Err(Error::NotAConnector { what, .. }) = build_rust(&folder.0, None).await else {
        panic!("it was built")
    };
    assert!(what.contains("only a workspace"));
}

#[test]
fn a_component_is_placed_whole() {
    let folder = Folder::with("place", &[("component", "new"), ("there.wasm", "old")]);
    let output = folder.0.join("there.wasm");
    place(&folder.0.join("component"), &output).unwrap();
    assert_eq!(fs::read_to_string(&output).unwrap(), "new");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2);
}
