//! The next version of `consuming`, which passes over what some servers put before JSON.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "consuming";

    fn describe() -> Manifest {
        let action = Action::feed(ACTION, "Appointments", &[EVENT], 1);
        let action = action.detection(Detection::ConsumingFeed);
        Manifest { actions: vec![action], ..release(Self::NAME, "0.2.0") }
            .requests(&["GET /queue", "GET /patient/*"])
    }

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        Ok(Request::get("/queue"))
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let text = answer.text()?.trim_start_matches(")]}',");
        read(&Response::new(answer.status, text))
    }
}

guest!(Guest);
