//! Says that a record changed, but not which.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "nameless-record";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Ok(Page::last("1", [Change::upserted("", "null")]))
    }
}

guest!(Guest);
