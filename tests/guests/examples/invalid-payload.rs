//! Tells what is no JSON.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "invalid-payload";

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Ok(Notification::raw(EVENT, r#"{"Patient": Jane}"#).into())
    }
}

guest!(Guest);
