//! Has a name that is none.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "bad-name";

    fn describe() -> Manifest {
        manifest("Bad Name")
    }
}

guest!(Guest);
