//! Traps as it is asked what to ask.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "traps-in-poll";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        std::process::abort()
    }
}

guest!(Guest);
