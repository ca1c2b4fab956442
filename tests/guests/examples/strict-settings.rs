//! Wants settings (a site, by a name of one word), and not to be asked more than once a minute.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "strict-settings";

    fn describe() -> Manifest {
        let action = Action::feed(ACTION, "Appointments", &[EVENT], 60);
        Manifest { actions: vec![action], ..manifest(Self::NAME) }.settings_schema(
            r#"{
                "type": "object",
                "properties": { "site": { "type": "string", "pattern": "^[a-z]+$" } },
                "required": ["site"],
                "additionalProperties": false
            }"#,
        )
    }
}

guest!(Guest);
