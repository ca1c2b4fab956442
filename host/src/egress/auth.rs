//! Signing in: what is added to requests, so that the EHR knows who asks.
//!
//! Credentials never leave this module but as a header of a request to an origin that the user
//! named. A connector cannot see them, ask for them or set them.

mod assertion;
mod grant;
mod token;

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use self::{
    grant::Grant,
    token::{Token, Tokens},
};
use super::{error::Setup, fault};
use crate::config;

/// Why a token endpoint gave no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It doesn't take our credentials.
    #[error(
        "the token endpoint answered {status}{}; check the credentials, and how it wants them \
         (`client_auth`, `parameters`)",
        reason(*.code)
    )]
    Refused {
        /// From 400 to 499.
        status: u16,
        /// One of the words of RFC 6749, 5.2, if it said one.
        code: Option<&'static str>,
    },
    /// It has troubles of its own.
    #[error("the token endpoint answered {0}; it is asked again later")]
    Unavailable(u16),
    /// It answered with something else.
    #[error("the token endpoint's answer holds no bearer token; check `token_url`")]
    Unreadable,
    /// It is elsewhere.
    #[error(
        "the token endpoint answered {0}, a redirect, which is not followed; set the URL that it leads to as `token_url`"
    )]
    Redirected(u16),
    /// There is no way to it.
    #[error("the token endpoint {0}")]
    Transport(fault::Transport),
    /// Its answer could not be taken.
    #[error("the token endpoint's answer {0}")]
    Answer(fault::Answer),
    /// The assertion could not be made.
    #[error("the assertion could not be signed; check the private key")]
    Signing,
}

fn reason(code: Option<&'static str>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// No token, and none will be asked for during `rest`.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) fault: Fault,
    pub(super) rest: Duration,
}

/// A client's way to sign in.
pub(super) enum Auth {
    None,
    Fixed(HeaderName, HeaderValue),
    Tokens(Box<Tokens>),
}

/// What one request is sent with.
#[derive(Clone)]
pub(super) enum Pass<'a> {
    None,
    Fixed(&'a HeaderName, &'a HeaderValue),
    Token(Arc<Token>),
}

impl Auth {
    /// Takes the credentials that the user configured.
    pub(super) fn new(auth: &config::Auth) -> Result<Self, Setup> {
        Ok(match auth {
            config::Auth::None => Self::None,
            config::Auth::Basic { user, password } => {
                let encoded = BASE64_STANDARD.encode(format!("{user}:{}", password.expose()));
                Self::Fixed(AUTHORIZATION, secret_value(&format!("Basic {encoded}"))?)
            }
            config::Auth::Bearer { token } => {
                Self::Fixed(AUTHORIZATION, secret_value(&format!("Bearer {}", token.expose()))?)
            }
            config::Auth::Header { name, value } => {
                let parsed = HeaderName::from_bytes(name.as_bytes());
                let name = parsed.map_err(|_| Setup::Header(name.clone()))?;
                Self::Fixed(name, secret_value(value.expose())?)
            }
            config::Auth::ClientCredentials(client) => Self::tokens(Grant::of_secret(client)?),
            config::Auth::BackendServices(client) => Self::tokens(Grant::of_key(client)?),
            config::Auth::Session { .. } => return Err(Setup::Unsupported("session")),
        })
    }

    fn tokens(grant: Grant) -> Self {
        Self::Tokens(Box::new(Tokens::new(grant)))
    }

    /// The header that no one else may set.
    pub(super) fn header(&self) -> Option<&HeaderName> {
        match self {
            Self::Fixed(name, _) => Some(name),
            Self::None | Self::Tokens(_) => None,
        }
    }

    /// What the next request is sent with; asks for a token where there is none.
    pub(super) async fn pass(&self, asker: &grant::Asker<'_>) -> Result<Pass<'_>, Failed> {
        Ok(match self {
            Self::None => Pass::None,
            Self::Fixed(name, value) => Pass::Fixed(name, value),
            Self::Tokens(tokens) => Pass::Token(tokens.current(asker).await?),
        })
    }

    /// Another pass than the one that the EHR refused with a 401, if there can be one.
    pub(super) async fn another(
        &self,
        refused: &Pass<'_>,
        asker: &grant::Asker<'_>,
    ) -> Result<Option<Pass<'_>>, Failed> {
        let (Self::Tokens(tokens), Pass::Token(token)) = (self, refused) else { return Ok(None) };
        Ok(tokens.instead_of(token, asker).await?.map(Pass::Token))
    }
}

impl Pass<'_> {
    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        match self {
            Self::None => None,
            Self::Fixed(name, value) => headers.insert((*name).clone(), (*value).clone()),
            Self::Token(token) => headers.insert(AUTHORIZATION, token.header.clone()),
        };
    }
}

pub(super) use self::grant::Asker;

fn secret_value(text: &str) -> Result<HeaderValue, Setup> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Setup::Credentials)?;
    value.set_sensitive(true);
    Ok(value)
}
