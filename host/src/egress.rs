//! The way to the outside: the one HTTP client of the host.
//!
//! All that leaves the host goes through a [`Client`], one for each connection, destination and
//! registry. What it is asked for comes from connectors, which nobody trusts, and goes to servers
//! that may be broken or hostile; so each of these files holds one line of defence:
//!
//! | file | it decides |
//! | --- | --- |
//! | `policy`, `pattern`, `headers` | what may be asked, and of whom (pure) |
//! | `addresses`, `resolver` | which network addresses a name may lead to |
//! | `tls`, `identity` | whose certificates are trusted, and which is shown |
//! | `proxy` | what goes through a forward proxy |
//! | `auth` | who we say that we are, and only to whom the user named |
//! | `pace`, `retry_after` | how many requests, how fast, and when none |
//! | `wire` | what carries it all: the network, or a simulation's |
//! | `answer` | how much of an answer is read, and how long |
//! | `pages` | which pages say that a server was asked in a wrong way |
//! | `text` | that all text is UTF-8 |
//! | `room` | how much of all answers is in memory at once |
//! | `fault`, `error` | what is told of it all, which is never what was asked or answered |

mod addresses;
mod answer;
pub mod auth;
mod client;
mod error;
pub mod fault;
mod headers;
mod identity;
mod network;
mod options;
mod pace;
mod pages;
mod pattern;
mod policy;
mod proxy;
mod request;
mod resolver;
mod retry_after;
mod room;
mod rules;
#[cfg(test)]
mod tests;
mod text;
mod tls;
mod wire;

pub(crate) use self::room::{Room, room_for};
pub use self::{
    addresses::may_ask,
    client::Client,
    error::{Error, Owner, Retry, Setup},
    network::Network,
    options::{Options, Timeouts},
    pattern::{Pattern, PatternError},
    policy::Refusal,
    request::{Method, Reply, Request, Response},
    resolver::Lookup,
    room::Part,
    rules::Rules,
    wire::{Answered, Carried, Wire},
};
