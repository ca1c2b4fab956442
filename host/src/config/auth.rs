//! How the host signs in at an EHR.

use std::collections::BTreeMap;

use url::Url;

use super::Secret;

/// The scope that SMART Backend Services are asked for where the user names none.
pub const DEFAULT_SCOPE: &str = "system/*.read";

/// A way to sign in, with all it takes.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Nothing is added to requests.
    #[default]
    None,
    /// `Authorization: Basic …`.
    Basic {
        /// The user's name; holds no colon.
        user: String,
        /// The password.
        password: Secret,
    },
    /// `Authorization: Bearer …` with a token that never changes.
    Bearer {
        /// The token.
        token: Secret,
    },
    /// A header of the EHR's own, as an API key.
    Header {
        /// In lower case.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// OAuth 2 client credentials (RFC 6749, 4.4).
    ClientCredentials(ClientCredentials),
    /// SMART Backend Services: client credentials with a signed assertion in place of a secret.
    BackendServices(BackendServices),
    /// The EHR's own sign-in call, which the connector shapes.
    Session {
        /// What `{{secret.NAME}}` stands for, by name.
        secrets: BTreeMap<String, Secret>,
    },
}

impl Auth {
    /// The name that users write and connectors declare, as `smart-backend-services`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic { .. } => "basic",
            Self::Bearer { .. } => "bearer",
            Self::Header { .. } => "header",
            Self::ClientCredentials(_) => "oauth2-client-credentials",
            Self::BackendServices(_) => "smart-backend-services",
            Self::Session { .. } => "session",
        }
    }

    /// All of it that nobody may see.
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { password, .. } => vec![password],
            Self::Bearer { token } => vec![token],
            Self::Header { value, .. } => vec![value],
            Self::ClientCredentials(ClientCredentials { client_secret, .. }) => vec![client_secret],
            Self::BackendServices(BackendServices { key, .. }) => vec![key],
            Self::Session { secrets } => secrets.values().collect(),
        }
    }

    /// Where tokens come from, where they come from anywhere.
    pub fn token_url(&self) -> Option<&Url> {
        match self {
            Self::ClientCredentials(ClientCredentials { token_url, .. })
            | Self::BackendServices(BackendServices { token_url, .. }) => Some(token_url),
            _ => None,
        }
    }
}

/// OAuth 2 client credentials.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// Where tokens come from.
    pub token_url: Url,
    /// Who asks.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Secret,
    /// In what it is sent.
    pub client_auth: ClientAuth,
    /// What is asked for; none leaves it to the server.
    pub scope: Option<String>,
    /// What else the server wants to be told, as `audience`.
    pub parameters: BTreeMap<String, String>,
}

impl ClientCredentials {
    /// A client whose id and secret are sent in a header, and who asks for no scope.
    pub fn new(token_url: Url, client_id: impl Into<String>, client_secret: Secret) -> Self {
        Self {
            token_url,
            client_id: client_id.into(),
            client_secret,
            client_auth: ClientAuth::default(),
            scope: None,
            parameters: BTreeMap::new(),
        }
    }
}

/// In what a client's id and secret are sent to a token endpoint (RFC 6749, 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// In a header, as HTTP Basic, which every server must take.
    #[default]
    Basic,
    /// In the form, which some servers take alone.
    Post,
}

/// SMART Backend Services
/// (<https://hl7.org/fhir/smart-app-launch/backend-services.html>).
#[derive(Clone, Debug)]
pub struct BackendServices {
    /// Where tokens come from: the audience of every assertion.
    pub token_url: Url,
    /// Who asks: the issuer and subject of every assertion.
    pub client_id: String,
    /// A private key in PEM, as the algorithm needs it.
    pub key: Secret,
    /// How assertions are signed.
    pub algorithm: Algorithm,
    /// The key's `kid` at the server.
    pub key_id: Option<String>,
    /// Where the server finds the public keys, if it asks for it in the assertion.
    pub jku: Option<Url>,
    /// What is asked for.
    pub scope: String,
    /// What else the server wants to be told.
    pub parameters: BTreeMap<String, String>,
}

impl BackendServices {
    /// A client with its key; the algorithm comes from the key, the scope is
    /// [`DEFAULT_SCOPE`].
    ///
    /// # Errors
    /// Where the key is no private key that an assertion can be signed with.
    pub fn new(
        token_url: Url,
        client_id: impl Into<String>,
        key: Secret,
    ) -> Result<Self, super::key::Error> {
        let algorithm = super::key::algorithm(&key)?;
        Ok(Self {
            token_url,
            client_id: client_id.into(),
            key,
            algorithm,
            key_id: None,
            jku: None,
            scope: DEFAULT_SCOPE.to_owned(),
            parameters: BTreeMap::new(),
        })
    }
}

/// How an assertion is signed: the two that SMART asks every server to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA with SHA-384.
    Rs384,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl Algorithm {
    /// As a JWT's header has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs384 => "RS384",
            Self::Es384 => "ES384",
        }
    }
}
