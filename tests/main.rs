//! The host against faults, hostile guests and real servers: the one test binary, a file a theme.
//!
//! Every test runs the real program or the real library against servers of its own on free
//! ports, with folders of its own below `target/tmp`, so that all may run side by side and in
//! any order. None sleeps: each waits for what it wants to see, for a minute at most.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "in a test a broken expectation is the message"
)]

mod admin;
mod adversity;
mod answers;
mod audit;
mod authors;
mod bad_answers;
mod bad_connectors;
mod bad_destinations;
mod bad_disks;
mod canaries;
mod configuration;
mod connector_test;
mod crowded;
mod delivered;
mod faults;
mod hostile;
mod house;
mod keys;
mod kill;
mod languages;
mod liars;
mod listings;
mod networks;
mod purge;
mod real_ehr;
mod real_hapi;
mod real_registry;
mod refused;
mod registries;
mod reload;
mod sealed;
mod shadow;
mod simulation;
mod support;
mod trust;
mod uses;
