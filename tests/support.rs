//! What the tests stand on: the real program with folders of its own, connectors built from
//! source, and servers in this process.
#![allow(dead_code, unused_imports, reason = "a theme takes what it needs")]

mod authority;
pub(crate) mod chance;
mod clinic;
mod connectors;
mod extent;
mod hello;
mod pattern;
mod practice;
mod proxy;
pub(crate) mod real;
mod registry;
mod rounds;
mod script;
pub(crate) mod seeds;
mod servers;
mod site;
mod wait;

pub(crate) use authority::Authority;
pub(crate) use clinic::Clinic;
pub(crate) use connectors::{CLINIC, FHIR, HELLO, file as connector_file, guest, target};
pub(crate) use extent::{below, chance, rounds_of};
pub(crate) use hello::Hello;
pub(crate) use pattern::{assert_fits, fits};
pub(crate) use practice::Practice;
pub(crate) use proxy::{Break, Cut, Proxy, Way};
pub(crate) use registry::{Blob, Registry, index, manifest};
pub(crate) use rounds::{Ended, Line, Rounds};
pub(crate) use script::{COMPILING, done, script};
pub(crate) use servers::{
    Running, SECRET, ehr, ehr_with, key, listener, receiver, receiver_with, serve,
};
pub(crate) use site::{CACHE_HOME, Said, Site, cache_home, connection, destination, has_panicked};
pub(crate) use wait::{PATIENCE, eventually, eventually_within, skipped, within};
