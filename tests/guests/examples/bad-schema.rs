//! Describes its settings in what is no JSON.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "bad-schema";

    fn describe() -> Manifest {
        manifest(Self::NAME).settings_schema("{")
    }
}

guest!(Guest);
