//! The next version of `plain`, which needs a setting.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        let schema = r#"{ "type": "object", "required": ["site"] }"#;
        release(Self::NAME, "0.2.0").settings_schema(schema)
    }
}

guest!(Guest);
