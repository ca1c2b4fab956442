//! A server that wants a token, and who gives it in a way of its own.

use bytes::Bytes;
use rounds::egress::{Answered, Carried};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Asked, Chance, Lie, Moment, Plan};
use crate::liars::{
    chronicle::SECOND,
    server::{json_of, says},
    user::CLIENT_SECRET,
};

const URL: &str = "https://auth.sim/token";
const CLIENT: &str = "rounds";
const AUDIENCE: &str = "https://ehr.sim/api";

/// How the client has to show its secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Way {
    Basic,
    /// In the form, and nowhere else.
    Post,
}

pub(in super::super) struct SignIn {
    pub(in super::super) way: Way,
    /// Whether it has to say what the token is for.
    pub(in super::super) audience: bool,
    /// What a token is called.
    pub(in super::super) kind: Option<&'static str>,
    /// Tokens that were given, and until when they are good.
    given: Vec<(String, i64)>,
}

/// As RFC 6749 has it, and hosts know it.
pub(super) fn draw(chance: &mut Chance) -> Box<dyn Lie> {
    let kind = [Some("Bearer"), Some("bearer"), None][chance.below(3) as usize];
    Box::new(SignIn::new(Way::Basic, false, kind))
}

/// With settings of its own.
pub(super) fn draw_odd(chance: &mut Chance) -> Box<dyn Lie> {
    let kind = [Some("BearerToken"), Some("bearer"), None][chance.below(3) as usize];
    let way = if chance.happens(0.6) { Way::Post } else { Way::Basic };
    let audience = way == Way::Basic && kind != Some("BearerToken") || chance.happens(0.5);
    Box::new(SignIn::new(way, audience, kind))
}

impl SignIn {
    pub(in super::super) fn new(way: Way, audience: bool, kind: Option<&'static str>) -> Self {
        Self { way, audience, kind, given: Vec::new() }
    }

    /// Whether it is all that hosts do where their user says nothing of it.
    fn is_usual(&self) -> bool {
        self.way == Way::Basic && !self.audience && self.kind != Some("BearerToken")
    }

    fn is_shown(&self, request: &Carried) -> bool {
        let form: Vec<_> = form_urlencoded::parse(&request.body).collect();
        let field = |wanted: &str| form.iter().find(|(name, _)| name == wanted).map(|it| &*it.1);
        let header = request.headers.iter().find(|(name, _)| name == "authorization");
        let basic = format!("Basic {}", encode(&format!("{CLIENT}:{CLIENT_SECRET}")));
        let in_form = (field("client_id"), field("client_secret"));
        let is_known = match self.way {
            Way::Basic => header.is_some_and(|(_, value)| *value == basic) && in_form.1.is_none(),
            Way::Post => header.is_none() && in_form == (Some(CLIENT), Some(CLIENT_SECRET)),
        };
        let is_for = !self.audience || field("audience") == Some(AUDIENCE);
        is_known && is_for && field("grant_type") == Some("client_credentials")
    }

    fn token(&mut self, moment: &mut Moment) -> Value {
        let lasts = moment.chance.between(20, 300) as i64;
        let token = format!("token-{}-of-general", self.given.len());
        self.given.push((token.clone(), moment.now + lasts * SECOND));
        let mut said = json!({"access_token": token, "expires_in": lasts});
        if let Some(kind) = self.kind {
            said["token_type"] = kind.into();
        }
        said
    }
}

impl Lie for SignIn {
    fn name(&self) -> &'static str {
        if self.is_usual() { "sign-in" } else { "odd sign-in" }
    }

    fn plans(&mut self, plan: &mut Plan, _chance: &mut Chance) {
        let post = if self.way == Way::Post { ", client_auth = \"post\"" } else { "" };
        let audience = match self.audience {
            true => format!(", parameters = {{ audience = \"{AUDIENCE}\" }}"),
            false => String::new(),
        };
        plan.user.auth = format!(
            "{{ type = \"oauth2-client-credentials\", client_id = \"{CLIENT}\", client_secret = \
             {{ env = \"CLIENT_SECRET\" }}, token_url = \"{URL}\"{post}{audience} }}"
        );
        plan.user.issuer = Some(URL);
    }

    fn answers(&mut self, asked: &Asked, moment: &mut Moment) -> Option<Answered> {
        let token = asked.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
        let is_good =
            |(given, until): &(String, i64)| Some(&**given) == token && moment.now < *until;
        (!self.given.iter().any(is_good)).then(|| says(401))
    }

    fn issues(&mut self, request: &Carried, moment: &mut Moment) -> Option<Answered> {
        if self.is_shown(request) {
            return Some(json_of(&self.token(moment)));
        }
        let body = Bytes::from(json!({"error": "invalid_client"}).to_string());
        Some(Answered { body, ..says(401) })
    }
}

fn encode(text: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(text)
}
