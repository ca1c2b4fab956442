//! Connectors: components in a sandbox that know one EHR each.
//!
//! The rest of the host sees [`Connector`] (a loaded file), [`Guest`] (an instance of it for one
//! poll) and [`Fault`] (why a call came to nothing). wasmtime is named in this folder only.

mod bindings;
mod cache;
mod checks;
mod compile;
mod content;
mod engine;
mod fault;
mod file;
mod guest;
mod imports;
mod library;
mod manifest;
mod payload;
mod quoted;
mod sandbox;
#[cfg(test)]
mod tests;
mod time;
mod tools;
mod used;
mod watch;
mod words;

pub use cache::Cache;
pub use compile::{Compiler, compile};
pub use content::{Content, digest_of};
pub use engine::Engine;
pub use fault::{Failure, Fault, Limit};
pub use file::{Stamp, read};
pub use guest::{Guest, Spent};
pub use library::{Connector, Library};
pub(crate) use manifest::is_name;
pub use manifest::{Action, Detection, Manifest, RecordTime, TimeForm};
pub use tools::{Tool, made_with};
pub use words::{Context, Mode, Page, Request, Step, Unreadable};

/// Why a file is no connector that this host can run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is no WebAssembly component.
    #[error("{path}: {what}")]
    NotAComponent {
        /// Which file.
        path: String,
        /// What it is instead.
        what: String,
    },
    /// It is no plain file.
    #[error("{path}: {what}")]
    Unfit {
        /// Which file.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// It was written while it was read.
    #[error("{path}: changed while it was read")]
    Changing {
        /// Which file.
        path: String,
    },
    /// It cannot be compiled within what is allowed.
    #[error("{path}: cannot be compiled: {what}")]
    Compile {
        /// Which file.
        path: String,
        /// Why not.
        what: String,
    },
    /// It imports what no connector is given.
    #[error("{path}: imports {}, and a connector is given nothing of the kind; build it without", .imports.join(", "))]
    ForbiddenImport {
        /// Which file.
        path: String,
        /// All of them.
        imports: Vec<String>,
    },
    /// It was built against a contract that this host does not know.
    #[error("{path}: {}", contract(.found))]
    UnknownContract {
        /// Which file.
        path: String,
        /// The contract versions that it exports.
        found: Vec<String>,
    },
    /// It needs more than a guest is given, or its exports have other types.
    #[error("{path}: cannot be used: {what}")]
    Unusable {
        /// Which file.
        path: String,
        /// Why not.
        what: String,
    },
    /// What it says of itself makes no sense.
    #[error("{path}: its manifest is wrong: {what}")]
    Manifest {
        /// Which file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// `describe` failed.
    #[error("{path}: `describe` failed: {fault}")]
    Describe {
        /// Which file.
        path: String,
        /// Why.
        fault: Fault,
    },
    /// No file of that name is in the folder.
    #[error("no connector `{name}` in {folder}; there {}", present(.known))]
    Missing {
        /// The connector asked for.
        name: String,
        /// Where it was looked for.
        folder: String,
        /// What is there.
        known: Vec<String>,
    },
    /// The machine cannot give what the engine needs.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
}

impl Error {
    fn engine(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}

fn contract(found: &[String]) -> String {
    let known: Vec<_> = bindings::Version::ALL.iter().map(|it| imports::package(*it)).collect();
    let knows = format!("this host knows {}", known.join(", "));
    match found {
        [] => format!("exports no rounds:connector contract; {knows}"),
        found => format!("built against {}, and {knows}", found.join(", ")),
    }
}

fn present(known: &[String]) -> String {
    match known {
        [] => "are none".into(),
        known => format!("is {}", known.join(", ")),
    }
}
