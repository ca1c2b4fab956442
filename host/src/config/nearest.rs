//! What someone meant who wrote something else.

/// The name nearest to what was written, if any is near: at most a third of its letters, and one
/// more, are wrong.
pub(crate) fn nearest<'n>(
    written: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&written.to_lowercase(), name);
    names
        .into_iter()
        .map(|name| (distance(name), name))
        .filter(|(distance, name)| *distance <= name.chars().count() / 3 + 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_if_it_is_near() {
        let names = ["every", "cron", "time_zone", "since", "enabled"];
        for (written, meant) in [
            ("evry", Some("every")),
            ("Every", Some("every")),
            ("eveyr", Some("every")),
            ("timezone", Some("time_zone")),
            ("enable", Some("enabled")),
            ("interval", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, names), meant, "{written}");
        }
    }
}
