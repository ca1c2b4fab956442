//! Why there is no way through a proxy.

use std::time::Duration;

/// What a forward proxy did, or did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Proxy {
    /// Its name has no address.
    #[error("has a name that cannot be resolved; check `proxy`, and this machine's DNS")]
    Dns,
    /// It is at an address that may not be asked.
    #[error(
        "is at a private address, which is not allowed; add its network to `private_addresses`"
    )]
    AddressRefused,
    /// Nobody listens there.
    #[error("refused the connection; nothing listens there")]
    ConnectRefused,
    /// No way there.
    #[error("cannot be reached from this machine's network")]
    Unreachable,
    /// No way through it in time.
    #[error("opened no way within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// 407, and there is nobody to be.
    #[error("wants a user and a password (407); set `user` and `password` of `proxy`")]
    WantsCredentials,
    /// 407 all the same.
    #[error("does not take its user and password (407); check those of `proxy`")]
    RefusesCredentials,
    /// It says no.
    #[error(
        "did not open a way there (it answered CONNECT with another status than 200, or not in \
         HTTP); ask who runs it to \
         allow this host and port, and this user, or name it in `no_proxy`"
    )]
    Refused,
    /// It answered in the place of a server that is asked without TLS.
    #[error(
        "answered {0} itself; ask who runs it to allow this host and port, and this user, or name it \
         in `no_proxy`"
    )]
    Answered(u16),
    /// It went away.
    #[error("closed the connection before it could be used")]
    Closed,
    /// It said yes, and somebody else answered.
    #[error(
        "opened a way on which nobody speaks TLS; it may have answered itself, with a page of its own"
    )]
    NotTls,
}

impl Proxy {
    /// What a text of the HTTP client's tunnel says; its errors have no public kinds.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        match text.strip_prefix("tunnel error: ")? {
            "proxy authorization required" => Some(Self::WantsCredentials),
            "unsuccessful" | "proxy response headers too long" => Some(Self::Refused),
            "unexpected end of file" => Some(Self::Closed),
            // What it could not be reached for lies below.
            _ => None,
        }
    }
}
