//! Real faults, done to the real program: [`FAULTS.md`](FAULTS.md) says which is proven where.
//!
//! Each makes a part of its rounds in `cargo test`, and all of them with
//! `ROUNDS_TEST_ROUNDS=whole`. A round is a seed: it is the same again in the next run.

mod damage;
mod disk;
mod files;
mod flood;
mod kill;
mod log;
mod memory;
mod names;
mod power;
mod shim;
mod time;
mod tls;
mod wire;
