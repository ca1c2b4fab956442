//! Asks its host for a shell and for an HTTP client.

use guests::*;

struct Guest;

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        inline: r#"
            package guests:forbidden;

            package acme:tools@1.0.0 {
                interface shell { run: func(command: string) -> string; }
            }

            package wasi:http@0.2.9 {
                interface outgoing-handler { send: func(url: string); }
            }

            world forbidden {
                import acme:tools/shell@1.0.0;
                import wasi:http/outgoing-handler@0.2.9;
            }
        "#,
        world: "guests:forbidden/forbidden",
    });
}

impl Behaviour for Guest {
    const NAME: &'static str = "forbidden-import";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        let found = bindings::acme::tools::shell::run("id");
        bindings::wasi::http::outgoing_handler::send(&found);
        Ok(ask(cursor))
    }
}

guest!(Guest);
