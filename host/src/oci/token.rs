//! A token, of where a registry says that it gives them
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use serde::Deserialize;
use url::Url;

use super::{
    Error,
    way::{Access, Way},
};
use crate::{
    config::{Auth, Secret},
    egress::Request,
};

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// Asks for a token for one repository.
///
/// The credentials go there as well. A registry that meant harm could as well ask for them itself;
/// that nobody reads them on the way is what is to be seen to.
pub(super) async fn ask(
    way: &Way<'_>,
    repository: &str,
    (realm, service): (&str, Option<&str>),
    auth: Auth,
) -> Result<Secret, Error> {
    let access = match way.access {
        Access::Pull => "pull",
        Access::Push => "pull,push",
    };
    let mut url = Url::parse(realm).map_err(|_| way.misled("its tokens are at no URL"))?;
    url.set_fragment(None);
    url.query_pairs_mut()
        .extend_pairs(service.map(|service| ("service", service)))
        .append_pair("scope", &format!("repository:{repository}:{access}"));
    way.judge(&url)?;
    let client = way.client(&url, auth)?;
    let answer = client.send(&Request { target: url.into(), ..Request::default() }).await?;
    if !(200..300).contains(&answer.status) {
        return Err(way.refused(answer.status, "its token service"));
    }
    let token: Option<Token> = serde_json::from_slice(&answer.body).ok();
    let token = token.and_then(|it| it.token.or(it.access_token));
    let token = token.filter(|token| !token.is_empty());
    token.map(Secret::new).ok_or_else(|| way.misled("its token service answers no token"))
}
