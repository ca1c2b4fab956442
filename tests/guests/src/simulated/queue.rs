//! A queue that hands out each entry once, and what it handed out last again where it is asked to.

use rounds_sdk::*;

use super::Answer;

pub(super) fn ask(context: &Context) -> Request {
    let request = Request::get("/queue");
    if context.interrupted { request.query("again", 1) } else { request }
}

/// A page of it. Behind what was handed out again nothing is asked in the same poll, which would
/// be handed out again as well.
pub(super) fn read(
    context: &Context,
    cursor: Option<&str>,
    page: &Answer,
) -> Result<Page, Failure> {
    let pages: u64 = cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let (changes, unreadable) = page.read()?;
    let cursor = (pages + 1).to_string();
    let page = match page.more && !context.interrupted {
        true => Page::more(cursor, changes),
        false => Page::last(cursor, changes),
    };
    Ok(page.unreadable(unreadable))
}
