//! Puts a second request into a header.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "splits-header";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask(cursor).header("x-note", "1\r\n\r\nGET /billing HTTP/1.1"))
    }
}

guest!(Guest);
