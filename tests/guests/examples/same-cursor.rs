//! Asks on from where it stands.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "same-cursor";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Ok(Page { more: true, ..one_change("here") })
    }
}

guest!(Guest);
