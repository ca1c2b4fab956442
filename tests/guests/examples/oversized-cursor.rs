//! Wants more kept than a cursor may hold.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "oversized-cursor";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Ok(one_change(&"c".repeat((16 << 10) + 1)))
    }
}

guest!(Guest);
