//! The next version of `plain`, which never comes back from an answer.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        loop {
            std::hint::black_box(());
        }
    }
}

guest!(Guest);
