//! What a world's user wrote, beside what is polled and how often.

use std::{collections::HashMap, fmt::Write};

use rounds::config::{Config, environment::FixedEnvironment};

use super::{
    chronicle::{BEGINNING, SECOND},
    doors::{Door, Who},
    plan::Plan,
    record::Kind,
};
use crate::support::SECRET;

/// What the user shows to the server, which goes nowhere else.
pub(super) const TOKEN: &str = "token-of-general";
/// What the user shows to who gives tokens.
pub(super) const CLIENT_SECRET: &str = "secret-of-general";

/// What the user wrote of the server and of who is told.
pub(super) struct User {
    /// Where the server is.
    pub(super) base: String,
    /// Bases of the server at other origins, which `allow_origins` names.
    pub(super) also: Vec<String>,
    /// Headers of every request.
    pub(super) headers: Vec<(&'static str, &'static str)>,
    /// How to sign in, in TOML.
    pub(super) auth: String,
    /// Where tokens come from, if they come from anywhere.
    pub(super) issuer: Option<&'static str>,
    /// From when on changes are wanted.
    pub(super) since: &'static str,
    /// Where who is told is.
    pub(super) app: &'static str,
}

impl Default for User {
    fn default() -> Self {
        Self {
            base: "http://ehr.sim/fhir".into(),
            also: Vec::new(),
            headers: Vec::new(),
            auth: "{ type = \"none\" }".into(),
            issuer: None,
            since: BEGINNING,
            app: "http://app.sim/",
        }
    }
}

impl User {
    /// Signs in with a token that never changes, where it doesn't sign in yet.
    pub(super) fn shows_a_token(&mut self) {
        if self.issuer.is_none() {
            self.auth = "{ type = \"bearer\", token = { env = \"TOKEN\" } }".into();
        }
    }

    /// All that it named.
    pub(super) fn doors(&self) -> Vec<Door> {
        let also = self.also.iter().map(|base| Door::of_origin(Who::Server, base));
        let issuer = self.issuer.map(|url| Door::at(Who::Issuer, url));
        let known = [Door::at(Who::Server, &self.base), Door::at(Who::Receiver, self.app)];
        known.into_iter().chain(also).chain(issuer).collect()
    }
}

impl Plan {
    /// What its user wrote.
    pub(super) fn config(&self) -> Config {
        let User { base, also, headers, auth, since, app, .. } = &self.user;
        let (every, further, size) = (self.interval / SECOND, &self.further, self.page_size);
        let may_skip = |kind: &&Kind| !matches!(kind, Kind::Patient | Kind::Observation);
        let names = self.kinds.iter().filter(|kind| self.skips_unheard && may_skip(kind));
        let skipping: Vec<_> = names.map(|kind| kind.action()).collect();
        let mut text = format!(
            "[host]\nconnectors = \"none\"\ndata = \"none\"\n\
             [[destination]]\nname = \"app\"\nurl = \"{app}\"\n\
             secret = {{ env = \"SECRET\" }}\nevents = [\"*\"]\n\
             [[connection]]\nname = \"general\"\nconnector = \"fhir-r4\"\nbase_url = \"{base}\"\n\
             since = \"{since}\"\nauth = {auth}\n\
             settings = {{ page_size = {size}, skip_unheard = {skipping:?} }}\n"
        );
        let origins: Vec<_> = also.iter().map(|base| origin(base)).collect();
        if !origins.is_empty() {
            writeln!(text, "allow_origins = {origins:?}").unwrap();
        }
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name} = {value:?}")).collect();
        if !headers.is_empty() {
            writeln!(text, "headers = {{ {} }}", headers.join(", ")).unwrap();
        }
        text.push_str("[connection.actions]\n");
        for kind in &self.kinds {
            writeln!(text, "{} = {{ every = \"{every}s\"{further} }}", kind.action()).unwrap();
        }
        let secrets = [("SECRET", SECRET), ("TOKEN", TOKEN), ("CLIENT_SECRET", CLIENT_SECRET)];
        let variables = secrets.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let environment = FixedEnvironment { variables, files: HashMap::new() };
        Config::parse(&text, "liars.toml", &environment).unwrap()
    }
}

/// The origin of a base, as `allow_origins` has it.
fn origin(base: &str) -> String {
    url::Url::parse(base).unwrap().origin().ascii_serialization()
}
