//! Asks for a patient, then at the gate, and tells of neither what was answered.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "asks-twice";

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        let key = change.key.as_deref().unwrap_or_default();
        let asked = match collected {
            [] => format!("/patient/{key}"),
            [_] => format!("/patient/gate-{key}"),
            _ => {
                let payload = serde_json::json!({ "Appointment": change.id });
                return Ok(Notification::new(EVENT, &payload)?.into());
            }
        };
        Ok(Step::Fetch(vec![Request::get(asked)]))
    }
}

guest!(Guest);
