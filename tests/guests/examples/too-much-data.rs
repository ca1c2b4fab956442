//! Answers more than anyone asked for.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "too-much-data";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Ok(Page::last("1", [Change::upserted("1", "x".repeat(20 << 20))]))
    }
}

guest!(Guest);
