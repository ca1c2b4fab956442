//! Who answers where: the addresses that a world's user named. Whatever is asked anywhere else goes
//! to somebody whom nobody named.

use url::Url;

/// Who is behind an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Server,
    /// Who gives tokens for the server.
    Issuer,
    Receiver,
}

/// An address, and all that is below it.
pub(super) struct Door {
    named: Url,
    who: Who,
    /// The path of the server's base there.
    prefix: String,
}

impl Door {
    /// What the user named by its base.
    pub(super) fn at(who: Who, url: &str) -> Self {
        let named = Url::parse(url).unwrap();
        let prefix = named.path().trim_end_matches('/').to_owned();
        Self { named, who, prefix }
    }

    /// What the user named by its origin, where the server has this base.
    pub(super) fn of_origin(who: Who, base: &str) -> Self {
        let mut door = Self::at(who, base);
        door.named.set_path("/");
        door
    }

    /// What of a URL is below the server's base here, if it is below what was named.
    fn below<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let named = self.named.path().trim_end_matches('/');
        let is_below = |rest: &&str| rest.is_empty() || rest.starts_with('/');
        url.path().strip_prefix(named).filter(is_below)?;
        Some(url.path().strip_prefix(self.prefix.as_str()).filter(is_below).unwrap_or(url.path()))
    }
}

/// Whom a URL leads to among these, and to what below their base.
pub(super) fn behind<'a>(doors: &[Door], url: &'a Url) -> Option<(Who, &'a str)> {
    let here = doors.iter().filter(|door| door.named.origin() == url.origin());
    here.filter_map(|door| Some((door.who, door.below(url)?))).next()
}
