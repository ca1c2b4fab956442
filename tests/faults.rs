//! Real faults, done to the real program.

mod kill;
mod power;
mod shim;
