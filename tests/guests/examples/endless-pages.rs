//! Always knows of one more page.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "endless-pages";

    fn changes(_: &Context, cursor: Option<&str>, _: &Response) -> Result<Page, Failure> {
        let page = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0_u64);
        Ok(Page::more((page + 1).to_string(), []))
    }
}

guest!(Guest);
