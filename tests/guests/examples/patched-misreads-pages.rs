//! A patch of `plain` that asks for changes in another way, and cannot read what it is answered.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.1.1")
    }

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask(cursor).query("patched", 1))
    }

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        Err(Failure::unexpected("not what it asked for"))
    }
}

guest!(Guest);
