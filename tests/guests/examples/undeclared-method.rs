//! Asks in a way that it does not declare.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "undeclared-method";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::post("/appointments"))
    }
}

guest!(Guest);
