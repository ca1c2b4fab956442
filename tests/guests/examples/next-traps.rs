//! The next version of `plain`, which traps at every answer.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.3.0")
    }

    #[expect(clippy::panic, reason = "what a connector should never do")]
    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        panic!("this version never worked")
    }
}

guest!(Guest);
