//! Files that a host refuses to load, and why.

use super::{
    component::{Odd, encoded, with_instances},
    wasi,
};

/// A file's name, what is in it, and what is told of it.
pub(super) type File = (&'static str, Vec<u8>, &'static str);

/// All of them.
pub(super) fn all() -> Vec<File> {
    let mut files = vec![
        (
            "other-type",
            other_type(),
            "cannot be used: instance export `rounds:connector/connector@0.1.0` does not have export `poll`",
        ),
        (
            "many-instances",
            with_instances(Odd::new("many-instances").encode()),
            "cannot be used: *101 core module instances, which exceeds the configured maximum of 48 *",
        ),
    ];
    let no_component = "is no WebAssembly component: it does not begin with \\0asm";
    let compiled = wasmtime::Engine::default().precompile_component(&Odd::new("compiled").encode());
    files.push(("compiled", compiled.unwrap(), no_component));
    files.push(("zipped", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), no_component));
    files.push(("compressed", b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), no_component));
    files.extend(spoilt().into_iter().map(|(name, told, spoil)| {
        let mut odd = Odd::new(name);
        spoil(&mut odd);
        (name, odd.encode(), told)
    }));
    files
}

type Spoilt = (&'static str, &'static str, fn(&mut Odd));

fn spoilt() -> Vec<Spoilt> {
    vec![
        (
            "starts-for-ever",
            "`describe` failed: the limit of guest time of a call was reached: 1s (host.limits.guest_cpu)",
            |odd| {
                odd.fields = "(func $start (loop (br 0))) (start $start)".into();
            },
        ),
        (
            "grows-at-start",
            "`describe` failed: the limit of guest memory was reached: 67108864 bytes (host.limits.guest_memory)",
            |odd| {
                odd.fields =
                    "(func $start (loop (drop (memory.grow (i32.const 16))) (br 0))) (start $start)".into();
            },
        ),
        (
            "trap-at-start",
            "`describe` failed: the connector trapped in `start`: wasm trap: wasm `unreachable` instruction executed",
            |odd| {
                odd.fields = "(func $start unreachable) (start $start)".into();
            },
        ),
        (
            "describes-for-ever",
            "`describe` failed: the limit of guest time of a call was reached: 1s (host.limits.guest_cpu)",
            |odd| {
                odd.describe = "(loop (br 0)) unreachable".into();
            },
        ),
        (
            "sleeps-in-describe",
            "`describe` failed: the limit of wall clock of a call was reached: 6s (host.limits.guest_wall)",
            |odd| {
                wasi::sleeping(odd);
                odd.describe = format!("(call $sleep) {}", odd.describe);
            },
        ),
        (
            "too-much-memory",
            "cannot be used: *a minimum byte size of 1073741824 which exceeds the limit of 0x4000000 bytes",
            |odd| {
                odd.pages = 16_384;
            },
        ),
        ("too-large-table", "cannot be used: *table*exceeds the limit of 20000", |odd| {
            odd.fields = "(table 10000000 funcref)".into();
        }),
        (
            "no-text",
            "`describe` failed: the connector answered `describe` against the contract: invalid utf-8 *",
            |odd| {
                odd.describes(b"\xff\xfe", "GET /appointments");
            },
        ),
        (
            "Case-Twin",
            "its manifest is wrong: its name is not of small letters, digits and `-`",
            |_| {},
        ),
        (
            "asks-anywhere",
            "its manifest is wrong: its request `GET https://*/**` starts with neither `GET /` nor `POST /`",
            |odd| {
                odd.describes("asks-anywhere", "GET https://*/**");
            },
        ),
        (
            "asks-to-write",
            "its manifest is wrong: its request `DELETE /patient/*` starts with neither `GET /` nor `POST /`",
            |odd| {
                odd.describes("asks-to-write", "DELETE /patient/*");
            },
        ),
        (
            "turns-words-around",
            "its manifest is wrong: its request `DELETE /\\u{202e}x\\u{1b}[2J` starts with neither `GET /` nor `POST /`",
            |odd| {
                odd.describes("turns-words-around", "DELETE /\u{202e}x\u{1b}[2J");
            },
        ),
        (
            "tells-of-headers",
            "its manifest is wrong: an event of its action `appointments` is not of letters, digits, `.`, `-` and `_`",
            |odd| {
                let event = "Scheduling.New\r\nwebhook-id: 1";
                odd.declares("tells-of-headers", "GET /appointments", event);
            },
        ),
        (
            "serves-http",
            "imports wasi:http/types@0.2.0, and a connector is given nothing of the kind; build it without",
            |odd| {
                odd.imports = "import wasi:http/types@0.2.0;";
                odd.packages = "package wasi:http@0.2.0 { interface types { serve: func(); } }";
                odd.fields = "(import \"wasi:http/types@0.2.0\" \"serve\" (func $serve))".into();
            },
        ),
        ("wasi-of-its-own", "cannot be used: *wasi:random/random*`give-all`*", |odd| {
            odd.imports = "import wasi:random/random@0.2.0;";
            odd.packages = "package wasi:random@0.2.0 { interface random { give-all: func(); } }";
            odd.fields = "(import \"wasi:random/random@0.2.0\" \"give-all\" (func $give))".into();
        }),
    ]
}

/// A connector that finds nothing, with a section of so many zeroes that says nothing.
pub(super) fn padded(name: &str, zeroes: usize) -> Vec<u8> {
    let mut component = Odd::new(name).encode();
    let mut length = zeroes + 2;
    component.push(0);
    while length > 0x7f {
        component.push(length as u8 | 0x80);
        length >>= 7;
    }
    component.push(length as u8);
    component.extend([1, b'x']);
    component.resize(component.len() + zeroes, 0);
    component
}

/// A component that exports the contract's interface with other functions.
fn other_type() -> Vec<u8> {
    let contract =
        "package rounds:connector@0.1.0;\ninterface connector { describe: func() -> u32; }";
    let world = "package test:odd;\nworld odd { export rounds:connector/connector@0.1.0; }";
    let module = "(module (func (export \"rounds:connector/connector@0.1.0#describe\")
        (result i32) (i32.const 1)))";
    encoded(module, world, contract)
}
