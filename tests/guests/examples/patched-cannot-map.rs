//! A patch of `plain` that asks as it does, and cannot map what is answered.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.1.1")
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        match tell(change, collected)? {
            Step::Notify(_) => Err(Failure::Internal("this patch never worked".into())),
            step => Ok(step),
        }
    }
}

guest!(Guest);
