//! Wants settings: a site, by a name of one word.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "strict-settings";

    fn describe() -> Manifest {
        manifest(Self::NAME).settings_schema(
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
