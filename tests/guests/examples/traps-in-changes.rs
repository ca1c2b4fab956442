//! Traps on every answer.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "traps-in-changes";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        std::process::abort()
    }
}

guest!(Guest);
