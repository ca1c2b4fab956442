//! Asks on in circles.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "cursor-cycle";

    fn changes(_: &Context, cursor: Option<&str>, _: &Response) -> Result<Page, Failure> {
        let next = match cursor {
            Some("a") => "b",
            Some("b") => "c",
            _ => "a",
        };
        Ok(Page::more(next, []))
    }
}

guest!(Guest);
