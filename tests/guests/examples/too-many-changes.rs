//! Says that more changed than a page may hold.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "too-many-changes";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        let changes = (0..10_001).map(|number| Change::upserted(number.to_string(), "null"));
        Ok(Page::last("1", changes))
    }
}

guest!(Guest);
