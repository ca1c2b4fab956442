//! No going back: a version that was served is not followed by an older one.

use semver::Version;

/// Why a connector may not take the place of the one served before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is older.
    #[error(
        "version {offered} is older than {served}, which was served before; if that is meant, add \
         the connector's name to host.trust.allow_older"
    )]
    Downgrade {
        /// The highest that was served.
        served: String,
        /// The one that would be.
        offered: String,
    },
    /// It cannot be compared.
    #[error("`{0}` is no semantic version, as 1.2.0, so that nobody can say which is newer")]
    NotAVersion(String),
}

/// Whether a connector's version may follow the highest served so far. Build metadata does not
/// count, so a build may be replaced by another of the same version.
///
/// # Errors
/// [`Error::Downgrade`] where `offered` is older than `served`, by the precedence of
/// <https://semver.org>; [`Error::NotAVersion`] where one of them is none.
pub fn newer_or_equal(served: &str, offered: &str) -> Result<(), Error> {
    let read = |text: &str| Version::parse(text).map_err(|_| Error::NotAVersion(text.to_owned()));
    match read(offered)?.cmp_precedence(&read(served)?) {
        std::cmp::Ordering::Less => {
            Err(Error::Downgrade { served: served.to_owned(), offered: offered.to_owned() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_is_refused() {
        for (served, offered, fits) in [
            ("0.1.0", "0.1.0", true),
            ("0.1.0", "0.1.1", true),
            ("0.9.0", "0.10.0", true),
            ("0.10.0", "0.9.0", false),
            ("1.0.0", "0.99.99", false),
            ("1.0.0-rc.1", "1.0.0", true),
            ("1.0.0", "1.0.0-rc.1", false),
            ("1.0.0-rc.2", "1.0.0-rc.10", true),
            ("1.0.0+7", "1.0.0+6", true),
        ] {
            assert_eq!(newer_or_equal(served, offered).is_ok(), fits, "{served} {offered}");
        }
        let told = newer_or_equal("0.2.0", "0.1.0").map_err(|error| error.to_string());
        assert!(told.is_err_and(|told| told.contains("0.1.0 is older than 0.2.0")));
    }

    #[test]
    fn what_is_no_version_is_told() {
        for text in ["1.0", "01.0.0", "v1.0.0", ""] {
            let expected = Err(Error::NotAVersion(text.into()));
            assert_eq!(newer_or_equal("1.0.0", text), expected);
            assert_eq!(newer_or_equal(text, "1.0.0"), expected);
        }
    }
}
