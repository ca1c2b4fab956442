//! Behaves.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";
}

guest!(Guest);
