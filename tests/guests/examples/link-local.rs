//! Asks for the credentials of the machine that it runs on.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "link-local";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("http://169.254.169.254/appointments"))
    }
}

guest!(Guest);
