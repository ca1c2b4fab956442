//! The invariants of `host/ARCHITECTURE.md` that can be seen in the text of the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A word, and the only places of `host/src` that may use it.
const ONLY_IN: [(&str, &[&str]); 5] = [
    ("wasmtime", &["connector.rs", "connector/"]),
    ("sled::Db", &["store/sled.rs", "store/sled/"]),
    ("reqwest::", &["egress.rs", "egress/"]),
    ("tokio::spawn", &[]),
    ("jsonwebtoken", &["egress/", "config/key.rs"]),
];

pub(crate) fn host() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file below a folder, by its path from there, with its text without tests.
pub(crate) fn sources(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 20, "few sources below {}", root.display());
    found
}

pub(crate) fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/") || name.ends_with("conformance.rs")
}

/// The text before the tests of a file.
pub(crate) fn run_time(text: &str) -> &str {
    text.split("#[cfg(test)]\n#[allow")
        .next()
        .unwrap()
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap()
}

/// Lines of code: neither comment nor documentation.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn each_dependency_is_named_in_its_room_only() {
    for (name, text) in sources(&host()).iter().filter(|(name, _)| !is_test(name)) {
        for (word, rooms) in ONLY_IN {
            let allowed = rooms.iter().any(|room| name.starts_with(room));
            let used = code(run_time(text)).any(|line| line.contains(word));
            assert!(allowed || !used, "{name} uses {word}, which belongs in {rooms:?}");
        }
    }
}

#[test]
fn no_module_is_called_mod() {
    for (name, _) in sources(&host()) {
        assert!(!name.ends_with("mod.rs"), "{name}");
    }
}

#[test]
fn every_file_says_what_it_is() {
    for (name, text) in sources(&host()) {
        assert!(text.starts_with("//!"), "{name} does not open with //!");
    }
}

#[test]
fn files_can_be_read_in_one_go() {
    for (name, text) in sources(&host()).iter().filter(|(name, _)| !is_test(name)) {
        let lines = run_time(text).lines().count();
        assert!(lines <= 350, "{name} has {lines} lines without its tests");
    }
}

#[test]
fn the_map_names_every_room() {
    let map = fs::read_to_string(host().join("../ARCHITECTURE.md")).unwrap();
    let rooms = fs::read_dir(host()).unwrap().map(|entry| entry.unwrap().path());
    for room in rooms.filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let name = room.file_name().unwrap().to_str().unwrap().to_owned();
        let exempt = ["lib.rs", "duration.rs"].contains(&name.as_str());
        assert!(
            exempt || map.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not name {name}"
        );
    }
}

#[test]
fn a_limit_is_cut_from_tests_and_comments_alone() {
    let text = "//! about wasmtime\nfn run() {}\n#[cfg(test)]\nmod tests {\n use wasmtime;\n}";
    assert_eq!(code(run_time(text)).collect::<Vec<_>>(), ["fn run() {}"]);
}
