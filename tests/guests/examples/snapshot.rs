//! Has nothing but a listing.

use guests::register::*;
use rounds_sdk::*;

struct Guest;

impl Connector for Guest {
    fn describe() -> Manifest {
        manifest("snapshot", |action| action.detection(Detection::Snapshot))
    }

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask_for_list(cursor))
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        read_list(answer)
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
