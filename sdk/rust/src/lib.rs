//! Write a Rounds connector in Rust.
//!
//! A connector is a type without values that implements [`Connector`], and one line,
//! [`export!`]. It does no I/O: it shapes requests and reads answers, and the host sends
//! them, stores what changed and delivers what is to be told. Everything here is plain Rust,
//! so a connector builds and is tested natively; only [`export!`] turns into WebAssembly, and
//! only when that is what one builds for.
//!
//! ```
//! use rounds_sdk::*;
//!
//! struct Lab;
//!
//! impl Connector for Lab {
//!     fn describe() -> Manifest {
//!         Manifest::new("lab", "0.1.0", "Results of the lab")
//!             .action(Action::feed("results", "Results", &["Results.New"], 60))
//!             .requests(&["GET /results"])
//!     }
//!
//!     fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
//!         Ok(Request::get("/results").query("since", cursor.unwrap_or(&context.since)))
//!     }
//!
//!     fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
//!         #[derive(serde::Deserialize)]
//!         struct Answer { ids: Vec<String>, until: String }
//!
//!         let answer: Answer = answer.ok()?.json()?;
//!         let changes = answer.ids.into_iter().map(|id| Change::upserted(id, "{}"));
//!         Ok(Page::last(answer.until, changes))
//!     }
//! }
//!
//! export!(Lab);
//! ```
//!
//! What each word means is the contract's, `wit/0.1.0/connector.wit`; the README shows the way
//! from nothing to a working connector.

mod ahead;
mod change;
mod connector;
mod context;
mod export;
mod failure;
mod fingerprint;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
pub mod link;
mod manifest;
pub mod model;
mod percent;
mod record;
mod request;
mod response;
mod step;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;
mod time;

pub use ahead::go_on_from;
pub use change::{Change, ChangeKind, Page, Unreadable};
pub use connector::{Connector, Credentials, Session};
pub use context::Context;
pub use failure::Failure;
pub use fingerprint::{fingerprint, hash};
pub use manifest::{Action, Detection, Manifest, RecordTime, TimeForm};
pub use percent::encode;
pub use record::Record;
pub use request::{Method, Request};
pub use response::{Body, Response};
pub use step::{Notification, Skipped, Step};
pub use time::Time;
