//! Signing in: endpoints that give tokens for a while, and EHRs that know what was given.

use rounds::egress::{Answered, Carried};
use serde_json::json;

use super::{plan::shape::CONNECTIONS, world::Inner};

/// A token endpoint, one an EHR.
#[derive(Default)]
pub(super) struct Issuer {
    given: Vec<Token>,
    /// Requests that are with it.
    asked: usize,
}

struct Token {
    text: String,
    from: u64,
    to: u64,
}

impl Issuer {
    /// A request leaves the host: one at a time is enough for all.
    pub(super) fn leaves(world: &mut Inner, place: usize) {
        let issuer = &mut world.issuers[place];
        issuer.asked += 1;
        if issuer.asked > 1 {
            world.broke(format!("two tokens of {} were asked for at once", CONNECTIONS[place]));
        }
    }

    pub(super) fn is_answered(&mut self) {
        self.asked -= 1;
    }

    /// Gives a token that lasts for a while.
    pub(super) fn answer(world: &mut Inner, place: usize) -> (u16, String) {
        let (from, lasts) = (world.now(), world.chance.between(20, 300));
        let issuer = &mut world.issuers[place];
        let text = format!("{}-{}", CONNECTIONS[place], issuer.given.len());
        let answer = written(&text, lasts);
        issuer.given.push(Token { text, from, to: from + lasts * 1000 });
        (200, answer)
    }

    /// Makes an answer give what was given first.
    pub(super) fn gives_the_first(&self, answered: &mut Answered) {
        if let (200, Some(first)) = (answered.status, self.given.first()) {
            answered.body = written(&first.text, 300).into();
        }
    }
}

fn written(token: &str, lasts: u64) -> String {
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": lasts }).to_string()
}

/// Whether an EHR lets somebody in. A token of another's would be told of.
pub(super) fn lets_in(world: &mut Inner, ehr: usize, request: &Carried) -> bool {
    let header = authorization(request);
    if !world.plan.shape.signs_in[ehr] {
        if header.is_some() {
            world.broke(format!("{} was shown a token that it never asked for", CONNECTIONS[ehr]));
        }
        return true;
    }
    let now = world.now();
    let token = header.and_then(|header| header.strip_prefix("Bearer "));
    let given = |token: &str| world.issuers[ehr].given.iter().find(|it| it.text == token);
    let Some(token) = token.and_then(given) else {
        world.broke(format!("{} was shown what is no token of its own", CONNECTIONS[ehr]));
        return false;
    };
    let is_revoked = |at: &u64| token.from <= *at && *at <= now;
    now < token.to && !world.plan.revoked.iter().any(is_revoked)
}

pub(super) fn authorization(request: &Carried) -> Option<&str> {
    let header = request.headers.iter().find(|(name, _)| name == "authorization");
    header.map(|(_, value)| value.as_str())
}
