//! Who may look after the host, and over which way.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
};

use aws_lc_rs::{
    constant_time,
    digest::{SHA256, digest},
};

use super::{Certificate, Secret};

/// How many bytes a token has at least: nobody guesses them.
const LENGTH: usize = 24;

/// The admin API: where it listens, and to whom.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Where; beyond loopback it takes [`Admin::tls`] and tokens.
    pub address: SocketAddr,
    /// What it proves itself with; none speaks plain HTTP, on loopback only.
    pub tls: Option<Certificate>,
    /// Who may ask; names are unique. With none, which is for loopback only, every user of this
    /// machine may do everything.
    pub tokens: Vec<Token>,
}

impl From<SocketAddr> for Admin {
    fn from(address: SocketAddr) -> Self {
        Self { address, tls: None, tokens: Vec::new() }
    }
}

impl Default for Admin {
    fn default() -> Self {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 7070)).into()
    }
}

impl Admin {
    /// Whether only this machine can ask, or all who can are known and unheard by others.
    pub fn is_safe(&self) -> bool {
        self.address.ip().is_loopback() || (self.tls.is_some() && !self.tokens.is_empty())
    }

    /// Whose token this is.
    pub fn token(&self, given: &str) -> Option<&Token> {
        // All are compared, so that the time says nothing of which.
        self.tokens
            .iter()
            .fold(None, |found, token| if token.is(given) { Some(token) } else { found })
    }
}

/// What somebody shows to be let in.
#[derive(Clone)]
pub struct Token {
    /// What the audit log calls who shows it.
    pub name: String,
    /// What it is good for.
    pub role: Role,
    /// The token itself is not kept.
    digest: [u8; 32],
}

/// Why a text is no token. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Too few bytes.
    #[error(
        "a token has at least 24 bytes, this one has {0}; make one with `openssl rand -hex 32`"
    )]
    Length(usize),
    /// A header cannot carry it.
    #[error("a token is of visible ASCII, without spaces")]
    Characters,
}

impl Token {
    /// A token with its name and its role.
    ///
    /// # Errors
    /// Where it is short, or cannot stand in a header.
    pub fn new(name: impl Into<String>, role: Role, token: &Secret) -> Result<Self, TokenError> {
        let text = token.expose();
        if text.len() < LENGTH {
            return Err(TokenError::Length(text.len()));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Characters);
        }
        Ok(Self { name: name.into(), role, digest: sha256(text) })
    }

    /// Whether they are the same token; takes as long where they are as where they aren't.
    pub fn is(&self, given: &str) -> bool {
        constant_time::verify_slices_are_equal(&self.digest, &sha256(given)).is_ok()
    }

    /// Whether two are the same token, whatever they are called.
    pub fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(digest(&SHA256, text.as_bytes()).as_ref()) {
        *to = *from;
    }
    bytes
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// See how the host is doing.
    Viewer,
    /// That, and poll, replay, bury answers and set cursors: all without seeing a patient's data.
    Operator,
    /// See how the host is doing, and patients' data.
    Reader,
    /// Everything.
    Admin,
}

impl Role {
    /// All that there are.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Reader, Self::Admin];

    /// As users write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Reader => "reader",
            Self::Admin => "admin",
        }
    }

    /// Whether it may do a thing of this sort.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::View => true,
            Right::Operate => matches!(self, Self::Operator | Self::Admin),
            Right::Read => matches!(self, Self::Reader | Self::Admin),
            Right::Rule => self == Self::Admin,
        }
    }
}

/// A sort of things that one may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Seeing how the host is doing, without a patient's data.
    View,
    /// Polling, replaying, burying answers, seeing and setting cursors.
    Operate,
    /// Seeing patients' data.
    Read,
    /// What cannot be undone, as purging.
    Rule,
}

impl Right {
    /// Which roles have it, for a message.
    pub fn roles(self) -> String {
        let names = Role::ALL.into_iter().filter(|role| role.may(self)).map(Role::as_str);
        names.collect::<Vec<_>>().join(" or ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TEXT: &str = "0123456789abcdef01234567";

    #[test]
    fn a_token_is_long_and_does_not_print() {
        let made = |text: &str| Token::new("night", Role::Viewer, &text.into());
        let token = made(TEXT).unwrap();
        assert_eq!((token.is(TEXT), token.is(&TEXT[1..]), token.is("")), (true, false, false));
        assert_eq!(format!("{token:?}"), r#"Token { name: "night", role: Viewer, .. }"#);
        assert_eq!(made(&TEXT[1..]).err(), Some(TokenError::Length(23)));
        assert_eq!(made(&format!("{TEXT} ")).err(), Some(TokenError::Characters));
    }

    #[test]
    fn a_role_may_what_it_is_for() {
        let may = |role: Role| {
            [Right::View, Right::Operate, Right::Read, Right::Rule].map(|right| role.may(right))
        };
        assert_eq!(may(Role::Viewer), [true, false, false, false]);
        assert_eq!(may(Role::Operator), [true, true, false, false]);
        assert_eq!(may(Role::Reader), [true, false, true, false]);
        assert_eq!(may(Role::Admin), [true; 4]);
        assert_eq!(Right::Read.roles(), "reader or admin");
    }
}
