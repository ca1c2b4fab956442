//! Real faults, done to the real program.

mod damage;
mod disk;
mod files;
mod kill;
mod names;
mod power;
mod shim;
mod time;
mod tls;
mod wire;
