//! Asks for more at once than a step may.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "fetches-too-much";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        let all = (0..33).map(|number| Request::get(format!("/patient/{number}")));
        Ok(Step::Fetch(all.collect()))
    }
}

guest!(Guest);
