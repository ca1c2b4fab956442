//! Keeps the contract after the present one, which only the host's unit tests know, and asks with
//! what that one added.
#![cfg(target_arch = "wasm32")]

use self::bindings::{
    exports::rounds::connector::connector::{Action, Detection, Guest as Exported, Manifest},
    rounds::connector::types::*,
};

struct Guest;

#[allow(unsafe_code, missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        path: "../wit/0.2.0",
        world: "connector-plugin",
        generate_all,
    });

    export!(Guest with_types_in self);

    use super::Guest;
}

const EVENT: &str = "Scheduling.Modification";

impl Exported for Guest {
    fn describe() -> Manifest {
        Manifest {
            name: "contract-0-2".into(),
            version: "0.1.0".into(),
            summary: "A guest of the tests".into(),
            actions: vec![Action {
                name: "appointments".into(),
                summary: "Appointments".into(),
                events: vec![EVENT.into()],
                detection: Detection::Feed,
                fastest: 1,
                lists: false,
                record_time: None,
            }],
            settings_schema: "{}".into(),
            auth: vec!["none".into()],
            requests: vec!["GET /appointments/*".into()],
            reads_headers: vec![],
        }
    }

    fn poll(context: Context, _: Option<String>) -> Result<Request, Failure> {
        let target = format!("/appointments/{}", context.connection);
        Ok(Request { method: Method::Get, target, headers: vec![], body: None })
    }

    fn changes(_: Context, _: Option<String>, answer: Response) -> Result<Page, Failure> {
        let Body::Text(id) = answer.body else { return Err(Failure::Unavailable("bytes".into())) };
        let data = "{}".into();
        let kind = ChangeKind::Upserted;
        let (version, content, key, occurred_at) = (None, None, None, None);
        let change = Change { id, kind, version, content, key, occurred_at, data };
        let (unreadable, notices) = (vec![], vec![]);
        Ok(Page { changes: vec![change], unreadable, notices, cursor: "1".into(), more: false })
    }

    fn collect(
        context: Context,
        _: Change,
        memo: Option<String>,
        _: Vec<Response>,
    ) -> Result<Step, Failure> {
        let payload = format!("\"{}\"", context.connection);
        Ok(Step::Notify(Notification { event: EVENT.into(), payload, memo }))
    }
}
