//! The next version of `plain`, which finds changes of a form of its own and cannot map them.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.3.0")
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let mut page = read(answer)?;
        for change in &mut page.changes {
            change.data = format!("[{}]", change.data);
        }
        Ok(page)
    }

    fn collect(_: &Context, _: &Change, _: &[Response]) -> Result<Step, Failure> {
        Err(Failure::Internal("this version never worked".into()))
    }
}

guest!(Guest);
