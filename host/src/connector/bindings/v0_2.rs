//! Contract 0.2 as it might be: it tells a connector for which connection it is called. Known to
//! the tests alone, to prove that a host serves two versions side by side.

#[path = "v0_1/calls.rs"]
#[allow(clippy::duplicate_mod, reason = "nothing of it changed since 0.1 but the types' version")]
mod calls;
#[path = "v0_1/convert.rs"]
#[allow(clippy::duplicate_mod, reason = "nothing of it changed since 0.1 but the types' version")]
mod convert;
#[allow(missing_docs, unreachable_pub, reason = "generated")]
mod generated {
    wasmtime::component::bindgen!({
        path: "../tests/wit/0.2.0",
        world: "connector-plugin",
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
            connection: context.task.connection.to_string(),
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
