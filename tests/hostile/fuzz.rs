//! Answers through the contract as no SDK would give them: a guest that answers, byte by byte as
//! it lies in memory, what the fuzzer made. What comes of it is a page or a step within its limits,
//! or an error; cursors come this way, too.

use rounds::{
    config::Limits,
    connector::{Connector, Engine, Fault, Guest, Page, Step},
    egress::Response,
    model::{Change, ChangeKind},
};

use super::{component::Odd, deadline::context};

#[path = "../../host/src/fuzz.rs"]
mod harness;

/// Where an answer lies that `changes` is to give, by the offsets of its arguments' bytes, and
/// one of `collect`; both are put where the kept inputs expect them.
const ECHO: &str = "(func $echo (param $at i32) (param $length i32) (result i32)
      (memory.copy (i32.const 1048576) (local.get $at) (local.get $length))
      (global.set $next (i32.const 3145728))
      (i32.const 1048576))
    (func $changed (param $args i32) (result i32)
      (call $echo (i32.load offset=72 (local.get $args)) (i32.load offset=76 (local.get $args))))
    (func $collected (param $args i32) (result i32) (local $first i32)
      (local.set $first (i32.load offset=112 (local.get $args)))
      (call $echo (i32.load offset=16 (local.get $first))
        (i32.load offset=20 (local.get $first))))";

#[test]
fn fuzz_answers() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut odd = Odd::new("answers");
    odd.fields = ECHO.into();
    odd.changes = "(call $changed (local.get 0))".into();
    odd.collect = "(call $collected (local.get 0))".into();
    let limits = Limits { page_changes: 100, cursor: 100, ..Limits::default() };
    let engine = Engine::new(&limits, 1, None).unwrap();
    let connector = Connector::from_bytes(&engine, "answers", odd.encode().into());
    let connector = runtime.block_on(connector).unwrap();
    let mut guest = runtime.block_on(Guest::new(&connector, &context(), false)).unwrap();
    let words =
        ["\0\0\x10\0", "\x18\0\x10\0", "\x01\0\0\0", "\x02\0\0\0", "Scheduling.Modification"];
    harness::fuzz("answers", &words, |input| match input.split_first() {
        Some((b'p', rest)) => {
            let answer = answer(rest);
            outcome(
                runtime.block_on(guest.changes(None, &answer)).map(|page| judge(&page, &limits)),
            )
        }
        Some((_, rest)) => {
            let answer = answer(rest).into();
            let step = runtime.block_on(guest.collect(&change(), None, &[answer]));
            outcome(step.map(|step| told(&step, &limits)))
        }
        None => "empty".into(),
    });
}

fn answer(body: &[u8]) -> Response {
    Response { status: 200, headers: vec![], body: body.to_vec().into(), retry_after: None }
}

fn change() -> Change {
    let data = "{}".into();
    let (kind, version, key, occurred_at) = (ChangeKind::Upserted, None, None, None);
    let (id, content) = ("1".into(), None);
    Change { id, kind, version, content, key, occurred_at, data }
}

fn judge(page: &Page, limits: &Limits) -> String {
    assert!(page.changes.len() <= limits.page_changes && page.cursor.len() <= limits.cursor);
    for change in &page.changes {
        let ids = [Some(&change.id), change.key.as_ref()];
        assert!(ids.into_iter().flatten().all(|id| (1..=1024).contains(&id.len())));
    }
    format!("a page of {}", page.changes.len())
}

fn told(step: &Step, limits: &Limits) -> String {
    match step {
        Step::Fetch(requests) => {
            assert!((1..=limits.step_requests).contains(&requests.len()));
            format!("asks {}", requests.len())
        }
        Step::Notify { event, payload, .. } => {
            assert_eq!(event, "Scheduling.Modification");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(payload).is_ok(), "{payload:?}");
            "tells".into()
        }
        Step::Skip { reason, .. } => {
            assert!(!reason.chars().any(char::is_control) && reason.len() <= 1200);
            "skips".into()
        }
    }
}

/// What came of it, in words that are the same for the same kind of fault.
fn outcome(answered: Result<String, Fault>) -> String {
    let error = match answered {
        Ok(what) => return what,
        Err(error) => error,
    };
    let told = error.to_string();
    assert!(!told.chars().any(char::is_control), "{told:?}");
    assert!(!matches!(error, Fault::Start(_)), "{told}");
    told.chars().filter(|c| !c.is_ascii_digit()).take(90).collect()
}
