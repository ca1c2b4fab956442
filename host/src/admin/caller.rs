//! Who asks, and what they may.

use axum::http::{HeaderMap, header};

use super::{line::Peer, neighbour};
use crate::{
    audit::Who,
    config::admin::{Admin, Right, Role, Token},
};

/// Somebody who asks and was let in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The name of a token; none for a user of this machine.
    name: Option<String>,
    role: Role,
    peer: Peer,
}

impl Caller {
    /// Who it is by their token; where the host has none, anybody of this machine.
    pub(super) fn find(admin: &Admin, headers: &HeaderMap, peer: &Peer) -> Option<Self> {
        let peer = peer.clone();
        if admin.tokens.is_empty() {
            return Some(Self { name: None, role: Role::Admin, peer });
        }
        let Token { name, role, .. } = admin.token(bearer(headers)?)?;
        Some(Self { name: Some(name.clone()), role: *role, peer })
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    pub(super) fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    /// As the audit log has it.
    pub(super) async fn who(&self) -> Who {
        match &self.name {
            Some(name) => Who { name: name.clone(), role: Some(self.role) },
            None => Who::local(neighbour::user(&self.peer).await),
        }
    }
}

/// The token that somebody shows (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (shown.next(), shown.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
