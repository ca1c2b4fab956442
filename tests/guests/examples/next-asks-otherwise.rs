//! The next version of `plain`, which asks for changes in another way.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask(cursor).query("ward", "4711"))
    }
}

guest!(Guest);
