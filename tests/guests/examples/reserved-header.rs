//! Sets a header that is the host's.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "reserved-header";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask(cursor).header("authorization", "Bearer of its own"))
    }
}

guest!(Guest);
