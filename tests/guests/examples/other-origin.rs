//! Asks another server.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "other-origin";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("http://collector.example/appointments"))
    }
}

guest!(Guest);
