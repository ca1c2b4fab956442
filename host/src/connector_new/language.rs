//! The languages, and how a project is made of each one's hello connector.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::{embedded, name::Name};

const VENDOR: &str = "vendor/rounds-sdk";

/// What is a program, where a name with `-` is none.
const PROGRAMS: [&str; 10] = ["rs", "py", "pyi", "ts", "js", "mjs", "go", "c", "cpp", "h"];

const BUILD: (&str, &str) = ("rounds connector build", "makes the .wasm file");
const TEST: (&str, &str) = ("rounds connector test .", "plays exchanges/ and adversity against it");

/// What a connector is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is called by its name")]
pub enum Language {
    Rust,
    Python,
    #[value(name = "typescript")]
    TypeScript,
    #[value(name = "javascript")]
    JavaScript,
    Go,
    C,
    Cpp,
}

/// How a project is made.
struct Template {
    /// The folder of the SDK below `sdk/`.
    sdk: &'static str,
    /// Where the SDK stands in a project.
    place: &'static str,
    /// The folder of the hello connector in there.
    hello: &'static str,
    /// How its manifest says that the SDK is the folder above; in a project it is at `place`.
    link: &'static [Link],
    /// What an author does next, each with what it is for.
    next: &'static [(&'static str, &'static str)],
}

/// A word on where the SDK is: the file that has it, and what stands around the path.
struct Link {
    file: &'static str,
    before: &'static str,
    after: &'static str,
}

impl Language {
    /// The project's files, by their paths. None where the program does not carry the language.
    pub(super) fn project(self, name: &Name) -> Vec<(PathBuf, Vec<u8>)> {
        let template = self.template();
        let hello = embedded::below(&format!("{}/{}", template.sdk, template.hello));
        if hello.is_empty() {
            return Vec::new();
        }
        let hello = hello.into_iter().map(|(path, contents)| {
            let contents = template.project_file(&path, &contents, name);
            (name.put_into_path(&path), contents)
        });
        let sdk = embedded::below(template.sdk).into_iter();
        let sdk = sdk.filter(|(path, _)| is_of_the_sdk(path));
        let sdk = sdk.map(|(path, it)| (Path::new(template.place).join(path), it.into_owned()));
        hello.chain(sdk).collect()
    }

    /// What an author does in a new project, each command with what it is for.
    pub fn next(self) -> &'static [(&'static str, &'static str)] {
        self.template().next
    }

    fn template(self) -> &'static Template {
        match self {
            Self::Rust => &RUST,
            Self::Python => &PYTHON,
            Self::TypeScript => &TYPESCRIPT,
            Self::JavaScript => &JAVASCRIPT,
            Self::Go => &GO,
            Self::C => &C,
            Self::Cpp => &CPP,
        }
    }
}

/// Whether a file of an SDK is its own, and neither of its hello connectors nor of its tests.
fn is_of_the_sdk(path: &str) -> bool {
    let beside = ["hello", "test/", "tests/"];
    !beside.iter().any(|it| path.starts_with(it)) && !path.ends_with("_test.go")
}

impl Template {
    /// A file of the hello connector, as a project has it.
    fn project_file(&self, path: &str, contents: &[u8], name: &Name) -> Vec<u8> {
        let Ok(text) = str::from_utf8(contents) else { return contents.into() };
        let links = self.link.iter().filter(|link| link.file == path);
        let text = links.fold(text.to_owned(), |text, link| link.lead_to(self.place, &text));
        let kind = path.rsplit('.').next().unwrap_or_default();
        name.put_into(&text, PROGRAMS.contains(&kind)).into_bytes()
    }
}

impl Link {
    fn lead_to(&self, place: &str, text: &str) -> String {
        let Self { before, after, .. } = self;
        text.replace(&format!("{before}..{after}"), &format!("{before}{place}{after}"))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::TypeScript => "TypeScript",
            Self::JavaScript => "JavaScript",
            Self::Go => "Go",
            Self::C => "C",
            Self::Cpp => "C++",
        })
    }
}

const RUST: Template = Template {
    sdk: "rust",
    place: VENDOR,
    hello: "hello",
    link: &[Link { file: "Cargo.toml", before: "path = \"", after: "\"" }],
    next: &[("cargo test", "runs its own tests"), BUILD, TEST],
};

const PYTHON: Template = Template {
    sdk: "python",
    place: VENDOR,
    hello: "hello",
    link: &[Link { file: "pyproject.toml", before: "path = \"", after: "\"" }],
    next: &[
        ("python3 -m venv .venv", "keeps its tools apart"),
        (".venv/bin/pip install componentize-py==0.25.1 ./vendor/rounds-sdk", "fetches them"),
        (".venv/bin/python -m unittest", "runs its own tests"),
        BUILD,
        TEST,
    ],
};

const TYPESCRIPT: Template = Template {
    sdk: "typescript",
    place: VENDOR,
    hello: "hello",
    link: &[
        Link { file: "package.json", before: "\"file:", after: "\"" },
        Link { file: "package-lock.json", before: "\"file:", after: "\"" },
        Link { file: "package-lock.json", before: "\"", after: "\"" },
    ],
    next: &[("npm install", "fetches its tools"), ("npm test", "runs its own tests"), BUILD, TEST],
};

const JAVASCRIPT: Template = Template { hello: "hello-javascript", ..TYPESCRIPT };

/// Go takes a folder `vendor` for its own.
const GO: Template = Template {
    sdk: "go",
    place: "third_party/rounds-sdk",
    hello: "hello",
    link: &[Link { file: "go.mod", before: "=> ./", after: "\n" }],
    next: &[("go test", "runs its own tests"), BUILD, TEST],
};

/// The README of the SDK says how its native test is compiled.
const C: Template = Template {
    sdk: "c",
    place: VENDOR,
    hello: "hello",
    link: &[Link { file: "compile_flags.txt", before: "-I", after: "\n" }],
    next: &[BUILD, TEST],
};

const CPP: Template = Template { hello: "hello-cpp", ..C };
