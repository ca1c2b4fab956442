//! Keeps a contract that this host does not know.
#![cfg(target_arch = "wasm32")]

struct Guest;

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "wit/0.9.0", world: "connector-plugin" });

    export!(Guest with_types_in self);

    use super::Guest;
}

impl bindings::exports::rounds::connector::connector::Guest for Guest {
    fn describe() -> String {
        "unknown-contract".into()
    }
}
