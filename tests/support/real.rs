//! The real systems that the tests talk to, none of them written here: two FHIR servers, webhook
//! receivers that verify with other languages' libraries, a sign-in server, a registry; and the
//! languages' tools.
//!
//! They install themselves below `target/real` on first use, from the lock files of
//! `tests/real`, listen on free ports of 127.0.0.1 and end with the value that stands for them.
//! They live in real time: a test that pauses tokio's clock cannot wait for them.
#![allow(dead_code, reason = "a test takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test a broken expectation is the message"
)]

mod fhir;
mod folder;
mod hapi;
mod install;
mod keys;
pub(crate) mod network;
mod oidc;
mod process;
mod receiver;
pub(crate) mod records;
mod registry;
mod rest;
mod tools;

pub(crate) use fhir::{Auth, Fhir};
pub(crate) use hapi::Hapi;
pub(crate) use keys::KeyPair;
pub(crate) use oidc::Oidc;
pub(crate) use receiver::{Received, Receiver};
pub(crate) use registry::{PASSWORD, RealRegistry, USER};
pub(crate) use rest::Rest;
pub(crate) use tools::Tools;
