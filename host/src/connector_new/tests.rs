//! A new project is whole, and of its own name.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use clap::ValueEnum;

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("rounds-new-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn project(language: Language) -> Vec<(String, String)> {
    let files = language.project(&Name::parse("my-ehr").unwrap()).into_iter();
    files.map(|(path, it)| (path.display().to_string(), String::from_utf8(it).unwrap())).collect()
}

#[test]
fn every_language_has_a_whole_project() {
    for (language, files) in [
        (Language::Rust, ["Cargo.toml", "src/lib.rs", "vendor/rounds-sdk/wit/0.1.0/connector.wit"]),
        (Language::Python, ["pyproject.toml", "connector.py", "vendor/rounds-sdk/pyproject.toml"]),
        (Language::TypeScript, ["package.json", "tsconfig.json", "vendor/rounds-sdk/package.json"]),
        (
            Language::JavaScript,
            ["package.json", "src/connector.js", "vendor/rounds-sdk/package.json"],
        ),
        (Language::Go, ["go.mod", "connector.go", "third_party/rounds-sdk/go.mod"]),
        (Language::C, ["my-ehr.c", "compile_flags.txt", "vendor/rounds-sdk/rounds.h"]),
        (Language::Cpp, ["my-ehr.cpp", "compile_flags.txt", "vendor/rounds-sdk/rounds.h"]),
    ] {
        let project = project(language);
        let has = |file: &str| project.iter().any(|(path, _)| path == file);
        for file in files.into_iter().chain([".gitignore"]) {
            assert!(has(file), "{language}: {file} is missing of {:#?}", paths(&project));
        }
        assert!(project.iter().any(|(path, _)| path.starts_with("exchanges/")), "{language}");
    }
}

fn paths(project: &[(String, String)]) -> Vec<&str> {
    project.iter().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn a_project_has_a_name_of_its_own_and_finds_its_sdk() {
    for language in Language::value_variants() {
        for (path, text) in project(*language) {
            let of_the_sdk = path.contains("/rounds-sdk/");
            let says_hello = |line: &&str| line.contains("hello") || line.contains("Hello");
            let line = text.lines().find(says_hello);
            assert!(of_the_sdk || line.is_none(), "{language}: {path}: {line:?}");
            let leads_up = ["\"..\"", "-I..\n", "/..\n"].iter().any(|it| text.contains(it));
            assert!(of_the_sdk || !leads_up, "{language}: {path} leads to ..");
        }
    }
}

#[test]
fn no_leftover_of_a_tool_is_carried() {
    for language in Language::value_variants() {
        for (path, _) in project(*language) {
            let parts: Vec<_> = path.split('/').collect();
            for leftover in ["node_modules", "target", "build", "dist", "__pycache__", ".venv"] {
                assert!(!parts.contains(&leftover), "{language}: {path}");
            }
        }
    }
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new("occupied");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.0.join("mine"), "").unwrap();
    let error = write("my-ehr", Language::Rust, &folder.0).unwrap_err();
    assert!(error.to_string().contains("is there and not empty"), "{error}");
    let error = write("my-ehr", Language::Rust, &folder.0.join("mine")).unwrap_err();
    assert!(error.to_string().contains("is there and not empty"), "{error}");
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    fs::remove_file(folder.0.join("mine")).unwrap();
    assert!(!write("my-ehr", Language::Rust, &folder.0).unwrap().is_empty());
}

#[test]
fn a_text_that_is_no_name_is_refused() {
    let folder = Folder::new("nameless");
    let Err(Error::Name(name)) = write("../ehr", Language::Rust, &folder.0) else {
        panic!("it was written")
    };
    assert_eq!(name, "../ehr");
    assert!(!folder.0.exists());
}
