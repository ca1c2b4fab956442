//! What a connector is: the contract's functions as traits.

use crate::{
    Change, Context, Failure, Manifest, Notification, Page, Request, Response, Skipped, Step,
};

/// A connector: a type without values, as it keeps nothing between calls.
///
/// Every function is pure: equal arguments, equal answer. The host calls them in the order
/// `poll`, `changes` (again while a page says `more`), then `collect` for every change.
pub trait Connector {
    /// What this connector can poll, and all that it will ever ask for.
    fn describe() -> Manifest;

    /// What to ask the EHR next, given the cursor of the last page; `None` at the first poll,
    /// which starts at [`Context::since`].
    fn poll(context: &Context, cursor: Option<&str>) -> Result<Request, Failure>;

    /// What the EHR's answer says changed, and the cursor from which to go on. Called with the
    /// cursor that `poll` was given, and with every answer, those of an error status included:
    /// begin with [`Response::ok`].
    fn changes(context: &Context, cursor: Option<&str>, answer: &Response)
    -> Result<Page, Failure>;

    /// What else to ask about one change, then what to tell. `memo` is what the record's last
    /// notification left, `collected` all answers so far, in the order of their requests.
    ///
    /// Unless written, it tells the change's own data as its action's only event.
    fn collect(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let (_, _) = (memo, collected);
        match Self::describe().only_event_of(&context.action) {
            Some(event) => Ok(Notification::raw(event, change.data.clone()).into()),
            None => Err(Failure::Internal("several events, and no collect to choose one".into())),
        }
    }

    /// What to tell those who knew the record under the key that it had, as it has another from
    /// now on: the change is one of [`ChangeKind::MovedAway`](crate::ChangeKind::MovedAway), its
    /// key the one before. The memo left here is that of the change that follows.
    ///
    /// Unless written, nobody is told.
    fn moved_away(
        context: &Context,
        change: &Change,
        memo: Option<&str>,
        collected: &[Response],
    ) -> Result<Step, Failure> {
        let (_, _, _, _) = (context, change, memo, collected);
        Ok(Skipped::new("it has another key from now on").into())
    }
}

/// What connectors of EHRs with a sign-in call of their own implement as well, and export by
/// `export!(MyConnector with session)`.
pub trait Session: Connector {
    /// The request that signs in. `{{secret.NAME}}` in its headers or body stands for a secret,
    /// which only the host fills in.
    fn login(context: &Context) -> Result<Request, Failure>;

    /// What the EHR answered to `login`.
    fn signed_in(context: &Context, answer: &Response) -> Result<Credentials, Failure>;
}

/// What a sign-in brought. It has no `Debug`, so that no log can show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Added to every later request, as `("authorization", "Session …")`.
    pub headers: Vec<(String, String)>,
    /// Seconds that they last, where the EHR says.
    pub expires_in: Option<u32>,
}
