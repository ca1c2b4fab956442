//! The contract as wasmtime's `bindgen!` reads it, and nothing by hand.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "generated from the contract, whose comments are its documentation"
)]

wasmtime::component::bindgen!({
    path: "../wit/0.1.0",
    world: "session-connector-plugin",
    exports: { default: async },
});

pub(super) use self::exports::rounds::connector::connector as exported;
pub(super) use self::rounds::connector::types;
