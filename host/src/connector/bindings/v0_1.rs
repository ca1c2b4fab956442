//! Contract 0.1.

mod calls;
mod convert;
#[allow(
    missing_docs,
    unreachable_pub,
    reason = "generated from the contract, whose comments are its documentation"
)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../wit/0.1.0",
        world: "session-connector-plugin",
        exports: { default: async },
    });
}

pub(in crate::connector) use calls::{Calls, describe};
pub(in crate::connector) use generated::exports::rounds::connector::connector::GuestIndices as Indices;

use self::generated::{
    exports::rounds::connector::connector as exported, rounds::connector::types,
};
use crate::connector::Context;

impl From<&Context> for types::Context {
    fn from(context: &Context) -> Self {
        Self {
            action: context.task.action.to_string(),
            settings: context.settings.clone(),
            base_url: context.base_url.clone(),
            allow_origins: context.allow_origins.clone(),
            since: context.since.to_string(),
            now: context.now.to_string(),
            interrupted: context.mode.interrupted,
            listing: context.mode.listing,
            silent: context.mode.silent,
            last_try: context.mode.last_try,
        }
    }
}
