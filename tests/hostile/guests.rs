//! Connectors that load, and do harm when they are called.

use super::{
    component::{NOWHERE, Odd, answer},
    wasi,
};

/// A connector's name, what is told of its polls, and how it is spoilt.
pub(super) type Guest = (&'static str, &'static str, fn(&mut Odd));

/// All of them.
pub(super) fn all() -> Vec<Guest> {
    [lifts(), lowers(), surroundings(), amounts(), traps()].concat()
}

/// What they answer is none of the contract's types.
fn lifts() -> Vec<Guest> {
    vec![
        (
            "text-without-end",
            "*@* of connection *: the connector answered `poll` against the contract: string pointer/length out of bounds of memory",
            |odd| {
                odd.asks(0, [NOWHERE, u32::MAX], [NOWHERE, 0]);
            },
        ),
        (
            "text-beyond-memory",
            "*@* of connection *: the connector answered `poll` against the contract: string pointer/length out of bounds of memory",
            |odd| {
                odd.asks(0, [u32::MAX - 8, 4], [NOWHERE, 0]);
            },
        ),
        (
            "text-of-noise",
            "*@* of connection *: the connector answered `poll` against the contract: invalid utf-8 *",
            |odd| {
                let target = odd.memory.text(b"/appointments\xff");
                odd.asks(0, target, [NOWHERE, 0]);
            },
        ),
        (
            "lone-surrogate",
            "*@* of connection *: the connector answered `poll` against the contract: invalid utf-8 *",
            |odd| {
                let target = odd.memory.text(b"/appointments\xed\xa0\x80");
                odd.asks(0, target, [NOWHERE, 0]);
            },
        ),
        (
            "unknown-method",
            "*@* of connection *: the connector answered `poll` against the contract: *discriminant*",
            |odd| {
                let target = odd.memory.text("/appointments");
                odd.asks(9, target, [NOWHERE, 0]);
            },
        ),
        (
            "neither-ok-nor-error",
            "*@* of connection *: the connector answered `poll` against the contract: *discriminant*",
            |odd| {
                odd.poll = answer(odd.memory.words(&[7; 10]));
            },
        ),
        (
            "crooked-answer",
            "*@* of connection *: the connector answered `poll` against the contract: return pointer not aligned",
            |odd| {
                odd.poll = answer(1025);
            },
        ),
        (
            "answer-beyond-memory",
            "*@* of connection *: the connector answered `poll` against the contract: *out of bounds of memory",
            |odd| {
                odd.poll = answer(u32::MAX - 3);
            },
        ),
        (
            "crooked-list",
            "*@* of connection *: the connector answered `changes` against the contract: list pointer is not aligned",
            |odd| {
                odd.finds([1025, 1], 0);
            },
        ),
        (
            "list-beyond-memory",
            "*@* of connection *: the connector answered `changes` against the contract: list pointer/length out of bounds of memory",
            |odd| {
                odd.finds([NOWHERE, 0x7fff_ffff], 0);
            },
        ),
    ]
}

/// Where the host is to put what it says is no place.
fn lowers() -> Vec<Guest> {
    vec![
        (
            "memory-elsewhere",
            "*@* of connection *: the connector answered `poll` against the contract: realloc return: beyond end of memory",
            |odd| {
                odd.realloc = "(i32.const -65536)".into();
            },
        ),
        (
            "crooked-memory",
            "*@* of connection *: the connector answered `poll` against the contract: realloc return: result not aligned",
            |odd| {
                odd.realloc = "(i32.const 1048577)".into();
            },
        ),
        (
            "no-memory-to-give",
            "*@* of connection *: the connector trapped in `poll`: wasm trap: wasm `unreachable` instruction executed",
            |odd| {
                odd.realloc = "unreachable".into();
            },
        ),
        (
            "gives-memory-for-ever",
            "*@* of connection *: the limit of guest time of a call was reached: 1s (host.limits.guest_cpu)",
            |odd| {
                odd.realloc = "(loop (br 0)) unreachable".into();
            },
        ),
    ]
}

/// What they do with the little of WASI that there is.
fn surroundings() -> Vec<Guest> {
    vec![
        (
            "sleeps",
            "*@* of connection *: the limit of wall clock of a call was reached: 6s (host.limits.guest_wall)",
            |odd| {
                wasi::sleeping(odd);
                odd.poll = format!("(call $sleep) {}", odd.poll);
            },
        ),
        (
            "holds-handles",
            "*@* of connection *: the limit of handles of WASI was reached: 1000 (fixed)",
            |odd| {
                wasi::holding(odd);
                odd.poll = format!("(call $hold) {}", odd.poll);
            },
        ),
        (
            "draws-a-gibibyte",
            "*@* of connection *: the connector answered `poll` against the contract: requested len 1073741824 exceeds limit 65536",
            |odd| {
                wasi::drawing(odd);
                odd.poll = format!("(call $draw) {}", odd.poll);
            },
        ),
        (
            "fills-its-log",
            "*@* of connection *: the connector answered `poll` against the contract: cannot write more zeroes than `check_write` allows",
            |odd| {
                wasi::filling(odd);
                odd.poll = format!("(call $fill) {}", odd.poll);
            },
        ),
        (
            "waits-for-millions",
            "*@* of connection *: the limit of data from one call was reached: 16777216 bytes (host.limits.answer_body)",
            |odd| {
                odd.pages = 800;
                wasi::waiting(odd);
                odd.poll = format!("(call $wait (i32.const 8000000)) {}", odd.poll);
            },
        ),
        (
            "leaves",
            "*@* of connection *: the connector answered `poll` against the contract: Exited with i32 exit status 0",
            |odd| {
                wasi::leaving(odd);
                odd.poll = format!("(call $leave) {}", odd.poll);
            },
        ),
    ]
}

/// More than anyone wants, made of little.
fn amounts() -> Vec<Guest> {
    vec![
        (
            "a-name-too-long",
            "*@* of connection *: the connector answered `changes` against the contract: a change's id or key is empty or longer than 1024 bytes",
            |odd| {
                odd.finds_one("x".repeat(1025));
            },
        ),
        (
            "one-text-many-times",
            "*@* of connection *: the limit of data from one call was reached: 16777216 bytes (host.limits.answer_body)",
            |odd| {
                let changes = odd.change("1", [65536, 1 << 20]).repeat(32);
                let changes = [odd.memory.words(&changes), 32];
                odd.finds(changes, 0);
            },
        ),
        (
            "a-million-of-nothing",
            "*@* of connection *: the limit of data from one call was reached: 16777216 bytes (host.limits.answer_body)",
            |odd| {
                odd.pages = 512;
                let target = odd.memory.text("/appointments");
                odd.asks(0, target, [1 << 20, 1_000_000]);
            },
        ),
        (
            "headers-without-end",
            "connection *: a request was not sent: it has 40000 headers, and 64 are the most",
            |odd| {
                let target = odd.memory.text("/appointments");
                odd.asks(0, target, [1 << 20, 40_000]);
            },
        ),
        (
            "url-without-end",
            "connection *: a request was not sent: its URL has 1048576 bytes, and 8192 are the most",
            |odd| {
                let target = odd.memory.text([b'/'].repeat(1 << 20));
                odd.asks(0, target, [NOWHERE, 0]);
            },
        ),
        (
            "grows-its-table",
            "*@* of connection *: the limit of guest tables was reached: 20000 elements (fixed)",
            |odd| {
                odd.fields = "(table $table 1 funcref)".into();
                odd.poll =
                    "(loop (drop (table.grow $table (ref.null func) (i32.const 1000))) (br 0))
                unreachable"
                        .into();
            },
        ),
    ]
}

/// Ways to trap that no compiler writes.
fn traps() -> Vec<Guest> {
    vec![
        (
            "divides-by-nothing",
            "*@* of connection *: the connector trapped in `poll`: wasm trap: integer divide by zero",
            |odd| {
                odd.poll = "(i32.div_u (i32.const 1) (i32.const 0))".into();
            },
        ),
        (
            "reads-beyond-memory",
            "*@* of connection *: the connector trapped in `poll`: wasm trap: out of bounds memory access",
            |odd| {
                odd.poll = "(i32.load (i32.const -8))".into();
            },
        ),
        (
            "calls-nobody",
            "*@* of connection *: the connector trapped in `poll`: wasm trap: uninitialized element",
            |odd| {
                odd.fields = "(table 1 funcref) (type $none (func (result i32)))".into();
                odd.poll = "(call_indirect (type $none) (i32.const 0))".into();
            },
        ),
    ]
}

/// What goes wrong in `collect`, and so in the log.
pub(super) fn collecting() -> Vec<Guest> {
    vec![
        (
            "unknown-step",
            "*@* of connection *: the connector answered `collect` against the contract: *discriminant*",
            |odd| {
                odd.finds_one("1");
                odd.collect = answer(odd.memory.words(&[0, 3, 0, 0, 0, 0, 0, 0, 0]));
            },
        ),
        (
            "tells-a-well",
            "*@* of connection *: the connector answered `collect` against the contract: a payload that is nested deeper than 100",
            |odd| {
                odd.finds_one("1");
                odd.tells("[".repeat(20_000) + &"]".repeat(20_000));
            },
        ),
        (
            "tells-a-number-beyond-all",
            "*@* of connection *: the connector answered `collect` against the contract: a payload with a number or a text that not every parser reads at line 1 column 14",
            |odd| {
                odd.finds_one("1");
                odd.tells(r#"{"Visit":1e999}"#);
            },
        ),
        (
            "tells-half-a-letter",
            "*@* of connection *: the connector answered `collect` against the contract: a payload with a number or a text that not every parser reads at line 1 column *",
            |odd| {
                odd.finds_one("1");
                odd.tells(r#"{"Patient":"\ud800"}"#);
            },
        ),
        (
            "tells-it-twice",
            "*@* of connection *: the connector answered `collect` against the contract: a payload with a field that is twice in its object at line 1 column *",
            |odd| {
                odd.finds_one("1");
                odd.tells(r#"{"Patient":1,"Patient":2}"#);
            },
        ),
        (
            "sleeps-in-collect",
            "*@* of connection *: the limit of wall clock of a call was reached: 6s (host.limits.guest_wall)",
            |odd| {
                odd.finds_one("1");
                wasi::sleeping(odd);
                odd.collect = format!("(call $sleep) {}", odd.collect);
            },
        ),
    ]
}
