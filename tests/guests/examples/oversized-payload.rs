//! Tells more than a notification may hold.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "oversized-payload";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Notification::raw(EVENT, format!("\"{}\"", "p".repeat(1 << 20))).into())
    }
}

guest!(Guest);
