//! The signed assertion of SMART Backend Services
//! (<https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html>).

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use url::{Url, form_urlencoded};

use super::{super::error::Setup, Fault};
use crate::config::{
    Secret,
    auth::{Algorithm, BackendServices},
};

/// Seconds that an assertion is good for. Five minutes are the most, of which one is left to
/// clocks that differ.
const LIFE: i64 = 240;
/// What kind of assertion it is (RFC 7523, 2.2).
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What assertions are made of: all but the time and their own number.
pub(super) struct Assertion {
    key: EncodingKey,
    header: Header,
    client_id: String,
    audience: Url,
}

/// One assertion, good for one request.
pub(super) struct Signed(String);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
}

impl Assertion {
    /// Signs once, so that a key that cannot is told at the start.
    pub(super) fn new(client: &BackendServices) -> Result<Self, Setup> {
        let unfit = || Setup::Key(client.algorithm.as_str());
        let key = encoding_key(&client.key, client.algorithm).ok_or_else(unfit)?;
        let mut header = Header::new(match client.algorithm {
            Algorithm::Rs384 => jsonwebtoken::Algorithm::RS384,
            Algorithm::Es384 => jsonwebtoken::Algorithm::ES384,
        });
        header.kid.clone_from(&client.key_id);
        header.jku = client.jku.as_ref().map(Url::to_string);
        let (client_id, audience) = (client.client_id.clone(), client.token_url.clone());
        let assertion = Self { key, header, client_id, audience };
        assertion.sign().map_err(|_| unfit())?;
        Ok(assertion)
    }

    pub(super) fn sign(&self) -> Result<Signed, Fault> {
        let now = Timestamp::now().as_second();
        let claims = Claims {
            iss: &self.client_id,
            sub: &self.client_id,
            aud: self.audience.as_str(),
            exp: now + LIFE,
            iat: now,
            jti: number()?,
        };
        let signed = jsonwebtoken::encode(&self.header, &claims, &self.key);
        signed.map(Signed).map_err(|_| Fault::Signing)
    }
}

impl Signed {
    pub(super) fn add_to(self, form: &mut form_urlencoded::Serializer<'_, String>) {
        form.append_pair("client_assertion_type", KIND);
        form.append_pair("client_assertion", &self.0);
    }
}

fn encoding_key(key: &Secret, algorithm: Algorithm) -> Option<EncodingKey> {
    let pem = key.expose().as_bytes();
    match algorithm {
        Algorithm::Rs384 => EncodingKey::from_rsa_pem(pem).ok(),
        Algorithm::Es384 => EncodingKey::from_ec_pem(pem).ok(),
    }
}

/// What no other assertion has: 128 random bits.
fn number() -> Result<String, Fault> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Fault::Signing)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}
