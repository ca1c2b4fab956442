//! The WebAssembly side of [`export!`](crate::export): generated bindings, and the guest that
//! hands every call to a [`Connector`]. Nothing here is for connectors to name.
//!
//! A component for `wasm32-wasip2` cannot unwind: a panic is a trap, and a trap has no words.
//! So the contract's "every panic becomes `internal`" is kept in two halves. Before the trap,
//! [`last_words`] writes one line to stderr, which is the connector's log; the host ends the
//! call as an internal failure and has that line to explain it.

mod convert;

use std::{io::Write, marker::PhantomData, panic, sync::Once};

use bindings::exports::rounds::connector::connector as exported;
use bindings::rounds::connector::types;

use crate::{Change, ChangeKind, Connector, Response, Session};

/// The contract's own world.
#[allow(missing_docs, unreachable_pub, unsafe_code, clippy::all, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit/0.1.0",
        world: "connector-plugin",
        pub_export_macro: true,
        export_macro_name: "export_connector",
        generate_all,
    });
}

/// The session interface alone: a connector that has it exports both worlds, which the
/// component then holds as one.
#[allow(missing_docs, unreachable_pub, unsafe_code, clippy::all, reason = "generated")]
pub mod session {
    wit_bindgen::generate!({
        inline: "package rounds:sdk; world session-plugin { export rounds:connector/session@0.1.0; }",
        path: "wit/0.1.0",
        world: "rounds:sdk/session-plugin",
        pub_export_macro: true,
        export_macro_name: "export_session",
        with: { "rounds:connector/types@0.1.0": super::bindings::rounds::connector::types },
    });
}

pub use bindings::export_connector;
pub use session::export_session;

/// Answers the host's calls with a connector's functions.
pub struct Guest<C>(PhantomData<C>);

impl<C: Connector> exported::Guest for Guest<C> {
    fn describe() -> exported::Manifest {
        last_words();
        C::describe().into()
    }

    fn poll(
        context: types::Context,
        cursor: Option<String>,
    ) -> Result<types::Request, types::Failure> {
        last_words();
        Ok(C::poll(&context.into(), cursor.as_deref())?.into())
    }

    fn changes(
        context: types::Context,
        cursor: Option<String>,
        answer: types::Response,
    ) -> Result<types::Page, types::Failure> {
        last_words();
        Ok(C::changes(&context.into(), cursor.as_deref(), &answer.into())?.into())
    }

    fn collect(
        context: types::Context,
        change: types::Change,
        memo: Option<String>,
        collected: Vec<types::Response>,
    ) -> Result<types::Step, types::Failure> {
        last_words();
        let collected: Vec<Response> = collected.into_iter().map(Into::into).collect();
        let (context, change) = (context.into(), Change::from(change));
        let collect = match change.kind {
            ChangeKind::MovedAway => C::moved_away,
            ChangeKind::Upserted | ChangeKind::Deleted => C::collect,
        };
        Ok(collect(&context, &change, memo.as_deref(), &collected)?.into())
    }
}

impl<C: Session> session::exports::rounds::connector::session::Guest for Guest<C> {
    fn login(context: types::Context) -> Result<types::Request, types::Failure> {
        last_words();
        Ok(C::login(&context.into())?.into())
    }

    fn signed_in(
        context: types::Context,
        answer: types::Response,
    ) -> Result<session::exports::rounds::connector::session::Credentials, types::Failure> {
        last_words();
        Ok(C::signed_in(&context.into(), &answer.into())?.into())
    }
}

/// Makes a panic say where it happened and, where the words are fixed in the program, what.
/// Formatted words stay unsaid: they may hold what the EHR answered.
fn last_words() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let what = panic.payload().downcast_ref::<&'static str>();
            let what = what.unwrap_or(&"(its words may hold a patient's data)");
            let (file, line) = panic.location().map_or(("?", 0), |at| (at.file(), at.line()));
            // Nobody is left to tell if stderr is gone as well.
            drop(writeln!(std::io::stderr(), "panicked at {file}:{line}: {what}"));
        }));
    });
}
