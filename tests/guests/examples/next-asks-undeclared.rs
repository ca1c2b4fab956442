//! The next version of `plain`, which asks for what it does not declare.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Step::Fetch(vec![Request::get("/people/471100815")]))
    }
}

guest!(Guest);
