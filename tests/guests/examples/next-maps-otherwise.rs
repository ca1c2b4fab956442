//! The next version of `plain`, which tells another event, and less of the patient.

use guests::*;

const BOOKED: &str = "Scheduling.New";

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        Manifest::new(Self::NAME, "0.2.0", "A guest of the tests")
            .action(Action::feed(ACTION, "Appointments", &[EVENT, BOOKED], 1))
            .requests(&["GET /appointments", "GET /patient/*"])
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        let told = match tell(change, collected)? {
            Step::Notify(told) => told,
            step => return Ok(step),
        };
        let mut payload: serde_json::Value = serde_json::from_str(&told.payload)
            .map_err(|_| Failure::Internal("its own payload is no JSON".into()))?;
        if let Some(name) = payload.pointer_mut("/Patient/name") {
            *name = "E.".into();
        }
        Ok(Notification::new(BOOKED, &payload)?.into())
    }
}

guest!(Guest);
