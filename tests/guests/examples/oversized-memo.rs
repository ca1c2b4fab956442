//! Wants more remembered than a memo may hold.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "oversized-memo";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Notification::raw(EVENT, "{}").memo("m".repeat((1 << 10) + 1)).into())
    }
}

guest!(Guest);
