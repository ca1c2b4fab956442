//! Asks for what it does not declare.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "undeclared-request";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("/billing/accounts"))
    }
}

guest!(Guest);
