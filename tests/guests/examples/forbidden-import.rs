//! Asks its host for a shell and for a store of its own.
#![cfg(target_arch = "wasm32")]

use guests::*;

struct Guest;

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit/forbidden", world: "forbidden", generate_all });
}

impl Behaviour for Guest {
    const NAME: &'static str = "forbidden-import";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let found = bindings::acme::tools::shell::run("id");
        bindings::wasi::keyvalue::store::open(&found);
        Ok(ask(cursor))
    }
}

guest!(Guest);
