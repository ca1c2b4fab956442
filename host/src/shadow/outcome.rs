//! What becomes of one change, by two connectors.

use super::{
    difference::{Difference, Kind},
    showing::Showing,
};

/// What a connector made of a change in the end.
#[derive(Clone, Copy)]
pub(super) enum Outcome<'a> {
    /// A notification.
    Told { event: &'a str, payload: &'a str, memo: Option<&'a str> },
    /// Nothing that anyone should hear of.
    Skipped { reason: &'a str, memo: Option<&'a str> },
}

/// Where two outcomes differ, each place behind `place`.
pub(super) fn differences(
    showing: Showing,
    place: &str,
    old: Outcome<'_>,
    new: Outcome<'_>,
) -> Vec<Difference> {
    use Outcome::{Skipped, Told};
    let (old_memo, new_memo) = (old.memo(), new.memo());
    let mut found = match (old, new) {
        (Told { event: was, payload: old, .. }, Told { event: is, payload: new, .. }) => {
            let event =
                (was != is).then(|| Difference::new(Kind::Event, format!("{place}event"), was, is));
            let data = showing.values(Kind::Payload, &format!("{place}data"), old, new);
            event.into_iter().chain(data).collect()
        }
        (Skipped { reason: old, .. }, Skipped { reason: new, .. }) if old != new => {
            vec![showing.texts(Kind::Skip, format!("{place}reason"), Some(old), Some(new))]
        }
        (Skipped { .. }, Skipped { .. }) => Vec::new(),
        (old, new) => {
            let place = place.trim_end_matches('.');
            return vec![Difference::new(
                Kind::Notification,
                place,
                old.shown(showing),
                new.shown(showing),
            )];
        }
    };
    if old_memo != new_memo {
        found.push(showing.texts(Kind::Memo, format!("{place}memo"), old_memo, new_memo));
    }
    found
}

impl Outcome<'_> {
    /// In a few words.
    pub(super) fn shown(&self, showing: Showing) -> String {
        match self {
            Self::Told { event, .. } => (*event).to_owned(),
            Self::Skipped { reason, .. } => format!("skipped: {}", showing.text(Some(reason))),
        }
    }

    fn memo(&self) -> Option<&str> {
        match self {
            Self::Told { memo, .. } | Self::Skipped { memo, .. } => *memo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: Outcome<'_>, new: Outcome<'_>) -> Vec<String> {
        let found = differences(Showing::Shapes, "notifications[0].", old, new);
        found.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn what_differs_of_a_notification_is_told_without_values() {
        let one = Outcome::Told { event: "Order.New", payload: r#"{"a":"Ada"}"#, memo: Some("x") };
        let other = Outcome::Told { event: "Order.Update", payload: r#"{"a":"Eve!"}"#, memo: None };
        let skipped = Outcome::Skipped { reason: "Ada again", memo: None };
        assert!(told(one, one).is_empty() && told(skipped, skipped).is_empty());
        assert_eq!(
            told(one, other),
            [
                "event notifications[0].event: old Order.New, new Order.Update",
                "payload notifications[0].data.a: old text(3), new text(4)",
                "memo notifications[0].memo: old text(1), new nothing",
            ]
        );
        assert_eq!(
            told(one, skipped),
            ["notification notifications[0]: old Order.New, new skipped: text(9)"]
        );
    }
}
