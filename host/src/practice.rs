//! Both ends of Rounds in one process: a practice EHR with a FHIR R4 API, synthetic patients
//! and appointments that change, and a practice receiver that verifies signatures.
//!
//! For the demo, for tests, and for those who embed the host and want to see it run. Both
//! ends count what they are asked, can be told to misbehave ([`Faults`]), and let a test wait
//! for a condition where it would otherwise sleep; a [`Tally`] compares what was changed with
//! what arrived. Nothing here is real: names, addresses, numbers and places are made up, of
//! ranges that are reserved for that where there is one.

mod arrivals;
mod chance;
mod change;
mod ehr;
mod faults;
mod gate;
mod journal;
mod kind;
mod line;
mod make;
mod receiver;
mod search;
mod shelf;
mod tally;

pub use arrivals::Arrivals;
pub use chance::Chance;
pub use change::Changed;
pub use ehr::{Access, Builder, Ehr, Order};
pub use faults::{Fault, Faults, Hold};
pub use kind::Kind;
pub use receiver::{Builder as ReceiverBuilder, Received, Receiver};
pub use tally::{Arrival, Delays, Tally};

#[cfg(test)]
mod tests;
