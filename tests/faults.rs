//! Real faults, done to the real program.

mod disk;
mod kill;
mod power;
mod shim;
mod time;
mod wire;
