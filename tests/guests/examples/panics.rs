//! Panics, with words of its own.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "panics";

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        assert_ne!(answer.status, 200, "a constant of the program");
        read(answer)
    }
}

guest!(Guest);
