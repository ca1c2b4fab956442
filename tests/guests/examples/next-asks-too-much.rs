//! The next version of `plain`, which asks for much that it declares and for one thing that it
//! does not.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        let mut all: Vec<_> = (0..20).map(|id| Request::get(format!("/patient/{id}"))).collect();
        all.push(Request::get("/people/471100815"));
        Ok(Step::Fetch(all))
    }
}

guest!(Guest);
