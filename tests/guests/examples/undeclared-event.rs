//! Tells an event that it does not declare.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "undeclared-event";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Notification::raw("Scheduling.Cancel", "{}").into())
    }
}

guest!(Guest);
