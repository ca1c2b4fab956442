//! Asks for what is not under the base URL.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "climbs-out";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("/patient/../../admin"))
    }
}

guest!(Guest);
