//! Takes memory until it gets no more.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "grows-memory";

    fn changes(_: &Context, _: Option<&str>, _: &Response) -> Result<Page, Failure> {
        let mut taken = Vec::new();
        loop {
            taken.push(std::hint::black_box(vec![1_u8; 1 << 20]));
        }
    }
}

guest!(Guest);
