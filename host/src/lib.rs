//! Rounds makes the rounds of EHR systems that have an API but push no events: it asks each what
//! changed, collects what belongs to every change, and delivers one signed notification a changed
//! record.
//!
//! ```text
//!    schedule        poll                   store                 collect              deliver
//!  ┌──────────┐  ┌───────────┐        ┌───────────────┐       ┌────────────┐      ┌─────────────┐
//!  │ due task ├─▶│ ask, read ├─commit▶│ cursor +      ├─claim▶│ ask more,  ├─fill▶│ sign, send, │
//!  └──────────┘  └─────┬─────┘        │ containers    │       │ map        │      │ retry, bury │
//!                      │              └───────────────┘       └─────┬──────┘      └──────┬──────┘
//!                connector.poll                               connector.collect     destination
//!                connector.changes
//!                      └──────────────── egress (the only HTTP client) ────────────────┘
//! ```
//!
//! [`Host`] is what a program embeds; the modules are the rooms of the picture above, and
//! `ARCHITECTURE.md` beside this crate is their map.
//!
//! ```no_run
//! use rounds::{Host, config::{Config, EventPattern}, destination};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example() -> Result<(), rounds::host::Error> {
//! let config = Config::load("rounds.toml")?;
//! let (channel, mut notifications) = destination::channel(64);
//! let host = Host::builder(config).destination("here", vec![EventPattern::all()], 64, channel).build().await?;
//!
//! let shutdown = CancellationToken::new();
//! let mine = async {
//!     while let Some(handed) = notifications.recv().await {
//!         println!("{} has {} bytes", handed.message.id, handed.message.body.len());
//!         handed.taken();
//!     }
//! };
//! tokio::select! {
//!     ended = host.run(shutdown.clone()) => ended?,
//!     () = mine => {}
//! }
//! # Ok(())
//! # }
//! ```

pub mod admin;
pub mod audit;
mod breaker;
mod certificate;
mod check;
pub mod cli;
pub mod clock;
mod collect;
pub mod config;
mod connection;
pub mod connector;
pub mod connector_build;
pub mod connector_dev;
pub mod connector_new;
pub mod connector_test;
mod deliver;
pub mod demo;
pub mod destination;
mod duration;
pub mod egress;
mod envelope;
#[cfg(test)]
mod errors;
mod files;
#[cfg(test)]
mod fuzz;
pub mod host;
pub mod identity;
mod lanes;
pub mod model;
pub mod oci;
mod plain;
pub mod poll;
pub mod practice;
mod reload;
mod repeated;
pub mod schedule;
pub mod service;
pub mod shadow;
mod shelf;
pub mod signature;
pub mod status;
mod step;
pub mod store;
pub mod trust;

pub use host::Host;
