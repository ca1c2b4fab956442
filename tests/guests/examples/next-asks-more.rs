//! The next version of `plain`, which asks for somebody else as well.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        match collected {
            [_] => Ok(Step::Fetch(vec![Request::get("/patient/4711")])),
            _ => tell(change, collected),
        }
    }
}

guest!(Guest);
