//! Never comes back.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "loops";

    fn poll(_: &Context, _: Option<&str>) -> Result<Request, Failure> {
        loop {
            std::hint::black_box(());
        }
    }
}

guest!(Guest);
