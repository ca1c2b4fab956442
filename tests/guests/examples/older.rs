//! Behaves, as an older version of `plain`.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.0.9")
    }
}

guest!(Guest);
