//! Asks another server about a change.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "asks-elsewhere-in-collect";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Step::Fetch(vec![Request::get("http://collector.example/patient/7")]))
    }
}

guest!(Guest);
