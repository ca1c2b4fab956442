//! Calls itself for ever.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "recurses";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get(format!("/{}", deeper(1))))
    }
}

fn deeper(depth: u64) -> u64 {
    match std::hint::black_box(depth) {
        0 => 0,
        depth => 1 + deeper(std::hint::black_box(depth + 1)),
    }
}

guest!(Guest);
