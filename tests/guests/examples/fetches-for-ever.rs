//! Never knows enough of a change.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "fetches-for-ever";

    fn collect(_: &Context, _: &Change, collected: &[Response]) -> Result<Step, Failure> {
        Ok(Step::Fetch(vec![Request::get(format!("/patient/{}", collected.len()))]))
    }
}

guest!(Guest);
