//! What guests do to the little of WASI that they are given.

use super::component::Odd;

/// Sleeps for a century, by `$sleep`.
pub(super) fn sleeping(odd: &mut Odd) {
    timers(odd);
    odd.fields += "(func $sleep (call $block (call $timer (i64.const 3155760000000000000))))";
}

/// Holds one timer after another, by `$hold`.
pub(super) fn holding(odd: &mut Odd) {
    timers(odd);
    odd.fields += "(func $hold (loop (drop (call $timer (i64.const 1))) (br 0)))";
}

/// Lets go of a timer, by `$drop`.
pub(super) fn dropping(odd: &mut Odd) {
    timers(odd);
    odd.imports = "import wasi:clocks/monotonic-clock@0.2.0; import wasi:io/poll@0.2.0;";
    odd.fields += "(import \"wasi:io/poll@0.2.0\" \"[resource-drop]pollable\"
          (func $drop (param i32)))";
}

/// Waits for many timers in one call, all of them the same, by `$wait` and how many.
pub(super) fn waiting(odd: &mut Odd) {
    timers(odd);
    odd.imports = "import wasi:clocks/monotonic-clock@0.2.0; import wasi:io/poll@0.2.0;";
    odd.fields += "(import \"wasi:io/poll@0.2.0\" \"poll\" (func $poll (param i32 i32 i32)))
        (func $wait (param $many i32) (local $timer i32) (local $at i32)
          (local.set $timer (call $timer (i64.const 1)))
          (local.set $at (i32.const 8388608))
          (loop
            (i32.store (local.get $at) (local.get $timer))
            (local.set $at (i32.add (local.get $at) (i32.const 4)))
            (br_if 0 (i32.lt_u (local.get $at)
              (i32.add (i32.const 8388608) (i32.mul (i32.const 4) (local.get $many))))))
          (call $poll (i32.const 8388608) (local.get $many) (i32.const 16)))";
}

fn timers(odd: &mut Odd) {
    odd.imports = "import wasi:clocks/monotonic-clock@0.2.0;";
    odd.packages = "package wasi:io@0.2.0 {
          interface poll {
            resource pollable { block: func(); }
            poll: func(all: list<borrow<pollable>>) -> list<u32>;
          }
        }
        package wasi:clocks@0.2.0 {
          interface monotonic-clock {
            use wasi:io/poll@0.2.0.{pollable};
            subscribe-duration: func(when: u64) -> pollable;
          }
        }";
    odd.fields = "(import \"wasi:clocks/monotonic-clock@0.2.0\" \"subscribe-duration\"
          (func $timer (param i64) (result i32)))
        (import \"wasi:io/poll@0.2.0\" \"[method]pollable.block\" (func $block (param i32)))"
        .into();
}

/// Asks for a gibibyte of random numbers, by `$draw`.
pub(super) fn drawing(odd: &mut Odd) {
    odd.imports = "import wasi:random/random@0.2.0;";
    odd.packages = "package wasi:random@0.2.0 {
          interface random { get-random-bytes: func(len: u64) -> list<u8>; }
        }";
    odd.fields = "(import \"wasi:random/random@0.2.0\" \"get-random-bytes\"
          (func $random (param i64 i32)))
        (func $draw (call $random (i64.const 1073741824) (i32.const 16)))"
        .into();
}

/// Has its log filled with a tebibyte of zeroes, by `$fill`.
pub(super) fn filling(odd: &mut Odd) {
    odd.imports = "import wasi:cli/stderr@0.2.0;";
    odd.packages = "package wasi:io@0.2.0 {
          interface error { resource error; }
          interface streams {
            use error.{error};
            variant stream-error { last-operation-failed(error), closed }
            resource output-stream {
              write-zeroes: func(len: u64) -> result<_, stream-error>;
            }
          }
        }
        package wasi:cli@0.2.0 {
          interface stderr {
            use wasi:io/streams@0.2.0.{output-stream};
            get-stderr: func() -> output-stream;
          }
        }";
    odd.fields = "(import \"wasi:cli/stderr@0.2.0\" \"get-stderr\" (func $stderr (result i32)))
        (import \"wasi:io/streams@0.2.0\" \"[method]output-stream.write-zeroes\"
          (func $zeroes (param i32 i64 i32)))
        (func $fill (call $zeroes (call $stderr) (i64.const 1099511627776) (i32.const 16)))"
        .into();
}

/// Ends its program, by `$leave`.
pub(super) fn leaving(odd: &mut Odd) {
    odd.imports = "import wasi:cli/exit@0.2.0;";
    odd.packages = "package wasi:cli@0.2.0 {
          interface exit { exit: func(status: result); }
        }";
    odd.fields = "(import \"wasi:cli/exit@0.2.0\" \"exit\" (func $exit (param i32)))
        (func $leave (call $exit (i32.const 0)))"
        .into();
}
