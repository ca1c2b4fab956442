//! Has nothing that one could poll.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "no-action";

    fn describe() -> Manifest {
        Manifest { actions: Vec::new(), ..manifest(Self::NAME) }
    }
}

guest!(Guest);
