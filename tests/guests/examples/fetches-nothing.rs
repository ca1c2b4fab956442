//! Asks on, and for nothing.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "fetches-nothing";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Step::Fetch(Vec::new()))
    }
}

guest!(Guest);
