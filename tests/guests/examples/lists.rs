//! Has a feed, and a listing beside it.

use guests::register::*;
use rounds_sdk::*;

struct Guest;

impl Connector for Guest {
    fn describe() -> Manifest {
        manifest("lists", Action::lists)
    }

    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(match context.listing {
            true => ask_for_list(cursor),
            false => ask_for_changes(cursor),
        })
    }

    fn changes(context: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        match context.listing {
            true => read_list(answer),
            false => read_changes(answer),
        }
    }

    fn collect(
        _: &Context,
        change: &Change,
        memo: Option<&str>,
        _: &[Response],
    ) -> Result<Step, Failure> {
        tell(change, memo)
    }
}

rounds_sdk::export!(Guest);
