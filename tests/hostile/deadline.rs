//! A guest that is busy in whatever way is stopped at its deadline. How long after it is told and not
//! judged: on a machine that does other things as well it says nothing. By hand, on a quiet one:
//!
//! ```text
//! ROUNDS_TEST_ROUNDS=20 cargo test --release -p rounds --test rounds -- --nocapture stopped_at_its_deadline
//! ```

use std::time::Duration;

use rounds::{
    config::Limits,
    connector::{Connector, Context, Engine, Guest, Mode},
    model::TaskId,
};

use super::{component::Odd, wasi};
use crate::support::rounds_of;

/// What it is called, and how it is spoilt.
type Busy = (&'static str, fn(&mut Odd));

/// Ways to be busy for longer than one may.
const BUSY: [Busy; 7] = [
    ("loops", |odd| odd.poll = "(loop (br 0)) unreachable".into()),
    ("loops-in-realloc", |odd| odd.realloc = "(loop (br 0)) unreachable".into()),
    ("copies-memory", |odd| {
        odd.poll = "(loop (memory.fill (i32.const 1048576) (i32.const 1) (i32.const 1048576))
            (br 0)) unreachable"
            .into();
    }),
    ("sleeps", |odd| {
        wasi::sleeping(odd);
        odd.poll = format!("(call $sleep) {}", odd.poll);
    }),
    ("draws-for-ever", |odd| {
        wasi::drawing(odd);
        odd.poll = "(loop (global.set $next (i32.const 3145728))
            (call $random (i64.const 65536) (i32.const 16)) (br 0)) unreachable"
            .into();
    }),
    ("makes-and-drops-timers", |odd| {
        wasi::dropping(odd);
        odd.poll = "(loop (call $drop (call $timer (i64.const 1))) (br 0)) unreachable".into();
    }),
    ("waits-for-millions", |odd| {
        odd.pages = 1_000;
        wasi::waiting(odd);
        odd.poll = "(loop (call $wait (i32.const 10000)) (br 0)) unreachable".into();
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_guest_is_stopped_at_its_deadline() {
    let (guest_cpu, guest_wall) = (Duration::from_millis(200), Duration::from_millis(500));
    let limits = Limits { guest_cpu, guest_wall, ..Limits::default() };
    let engine = Engine::new(&limits, 4, None).unwrap();
    for (name, spoil) in BUSY {
        let mut odd = Odd::new(name);
        spoil(&mut odd);
        let connector = Connector::from_bytes(&engine, name, odd.encode().into()).await.unwrap();
        let mut late = Vec::new();
        for _ in 0..rounds_of(1, 20) {
            let mut guest = Guest::new(&connector, &context(), false).await.unwrap();
            let why = guest.poll(None).await.map(drop).unwrap_err().to_string();
            let wall = why.contains("(host.limits.guest_wall)");
            assert!(wall || why.contains("(host.limits.guest_cpu)"), "{name}: {why}");
            let limit = if wall { guest_wall } else { guest_cpu };
            late.push(guest.spent().time.saturating_sub(limit));
        }
        late.sort();
        eprintln!("{name}: {:?} late, at most {:?}", late[late.len() / 2], late.last());
    }
}

pub(super) fn context() -> Context {
    Context {
        task: TaskId { connection: "ward".into(), action: "appointments".into() },
        settings: "{}".into(),
        base_url: "http://ehr.example".into(),
        allow_origins: vec![],
        since: jiff::Timestamp::UNIX_EPOCH,
        now: jiff::Timestamp::UNIX_EPOCH,
        mode: Mode::default(),
    }
}
