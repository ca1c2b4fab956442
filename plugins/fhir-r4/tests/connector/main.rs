//! The connector against recorded exchanges, and its search against a server that is simulated
//! in all the ways in which servers differ.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "tests"
)]

mod appointments;
mod deletions;
mod encounters;
mod faults;
mod gone;
mod names;
mod orders;
mod patients;
mod results;
mod search;
mod server;
mod who;
mod worlds;
