//! The next version of `plain`, which misses the last change of every page.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let mut page = read(answer)?;
        page.changes.pop();
        Ok(page)
    }
}

guest!(Guest);
