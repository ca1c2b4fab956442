//! Behaves, as `plain` in a version that mends something.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.1.1")
    }
}

guest!(Guest);
