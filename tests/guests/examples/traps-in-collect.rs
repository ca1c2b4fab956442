//! Traps on every change.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "traps-in-collect";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        std::process::abort()
    }
}

guest!(Guest);
