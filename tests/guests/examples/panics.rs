//! Panics, with words that tell what the EHR answered.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "panics";

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        assert_ne!(answer.status, 200, "{answer:?}");
        read(answer)
    }
}

guest!(Guest);
