//! Writes more than anyone wants to read.
#![allow(clippy::print_stderr, reason = "stderr is a connector's log")]

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "floods-log";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        eprintln!("\u{1b}[31mred\u{7} {}", "x".repeat(10 << 10));
        for line in 0..2_000 {
            eprintln!("line {line}");
        }
        Ok(ask(cursor))
    }
}

guest!(Guest);
