//! Is `plain`, in a newer version.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        Manifest { version: "0.2.0".into(), ..manifest(Self::NAME) }
    }
}

guest!(Guest);
