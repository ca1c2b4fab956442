//! A patch of `plain` that asks something more about each record, and cannot read the answer.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.1.1")
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        match collected {
            [_] => {
                let patient = change.key.as_deref().unwrap_or_default();
                let request = Request::get(format!("/patient/{patient}"));
                Ok(Step::Fetch(vec![request.query("more", &change.id)]))
            }
            [_, _] => Err(Failure::unexpected("more than it asked for")),
            _ => tell(change, collected),
        }
    }
}

guest!(Guest);
