//! Reads a queue that forgets what it answered.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "consuming";

    fn describe() -> Manifest {
        let action = Action::feed(ACTION, "Appointments", &[EVENT], 1);
        let action = action.detection(Detection::ConsumingFeed);
        Manifest { actions: vec![action], ..manifest(Self::NAME) }
            .requests(&["GET /queue", "GET /patient/*"])
    }

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("/queue"))
    }
}

guest!(Guest);
