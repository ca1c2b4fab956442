//! A patch of `plain` that asks something more about each record, and reads the answer.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.1.1")
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        match collected {
            [_] => Ok(Step::Fetch(vec![Request::get("/patient/471100815")])),
            [_, more] => {
                more.ok()?.json::<serde_json::Value>()?;
                tell(change, collected)
            }
            _ => tell(change, collected),
        }
    }
}

guest!(Guest);
