//! The next version of `plain`, which takes every answer for an outage.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.3.0")
    }

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Err(Failure::Unavailable("it says so".into()))
    }
}

guest!(Guest);
