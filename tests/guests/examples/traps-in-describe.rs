//! Traps before it has said who it is.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "traps-in-describe";

    fn describe() -> Manifest {
        std::process::abort()
    }
}

guest!(Guest);
