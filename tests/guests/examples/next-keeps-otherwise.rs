//! The next version of `plain`, whose changes hold what it needs in a form of its own, which
//! alone it can map.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        release(Self::NAME, "0.2.0")
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let mut page = read(answer)?;
        for change in &mut page.changes {
            change.data = format!("[{}]", change.data);
        }
        Ok(page)
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        let data = change.data.strip_prefix('[').and_then(|data| data.strip_suffix(']'));
        let data = data.ok_or_else(|| Failure::Internal("data of another's".into()))?;
        tell(&Change { data: data.into(), ..change.clone() }, collected)
    }
}

guest!(Guest);
