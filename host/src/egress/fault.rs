//! What goes wrong on the way to a server and back, told apart.
//!
//! The HTTP client wraps each cause in several errors of others; `Failure::of` unwraps them, so
//! that a person reads "the certificate has expired", not "error sending request".

mod proxy;
mod tls;

use std::{error::Error as StdError, io, time::Duration};

pub use self::{proxy::Proxy, tls::Tls};
use super::resolver::Unresolved;

/// Why nothing came, or not all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Transport {
    /// The name has no address, or the name server none for us.
    #[error("has a name that cannot be resolved; check the name, and this machine's DNS")]
    Dns,
    /// All its addresses are private.
    #[error(
        "has a name that leads to a private address, which is not allowed; if it is meant to, \
         add its network to `private_addresses`"
    )]
    AddressRefused,
    /// Nobody listens there.
    #[error("refused the connection; nothing listens there")]
    ConnectRefused,
    /// No way there.
    #[error("cannot be reached from this machine's network")]
    Unreachable,
    /// No connection in time.
    #[error("did not take the connection within {} s; a firewall in between may swallow it", .0.as_secs_f32())]
    ConnectTimeout(Duration),
    /// No whole answer in time.
    #[error("did not answer within {} s (`timeout`)", .0.as_secs_f32())]
    Timeout(Duration),
    /// It stopped in the middle.
    #[error("stopped in the middle of its answer for {} s", .0.as_secs_f32())]
    Stalled(Duration),
    /// The connection broke.
    #[error("broke the connection off")]
    Reset,
    /// The connection ended before an answer.
    #[error("closed the connection without an answer")]
    Closed,
    /// No secure connection.
    #[error("{0}")]
    Tls(Tls),
    /// No way through the proxy.
    #[error("cannot be reached through the proxy, which {0}")]
    Proxy(Proxy),
    /// This machine could not, as when too many files are open: an error number of the system.
    #[error("could not be asked: {}", io::Error::from_raw_os_error(*.0))]
    System(i32),
    /// What no one expected.
    #[error("could not be asked, for a reason that this host doesn't know")]
    Other,
}

/// Why an answer isn't given on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Answer {
    /// More than the limit.
    #[error(
        "is longer than {0} bytes; of an EHR, fewer records on a page may be asked for (`page_size` of many \
         connectors), or `host.limits.answer_body` raised"
    )]
    TooLarge(usize),
    /// More headers than anyone sends.
    #[error("has too many headers, or longer ones than 64 KiB in all")]
    Headers,
    /// Less than it said.
    #[error("ended before it was whole; whatever stands in between may have cut it off")]
    Truncated,
    /// Compressed though nobody asked for it.
    #[error(
        "is compressed, which was not asked for; have the server, or what stands before it, heed \
         `accept-encoding`"
    )]
    Encoded,
    /// Not HTTP.
    #[error("is not HTTP/1.1; where the server speaks TLS, the URL begins with https://")]
    NotHttp,
    /// It was asked without TLS, and speaks it.
    #[error("says that it speaks TLS on this port; the URL should begin with https://")]
    Insecure,
    /// A redirect that is not followed: what it is that is not.
    #[error("redirects {0}, which is not followed; use the URL that it leads to")]
    Redirect(&'static str),
    /// So many bytes more than there is room for in memory.
    #[error(
        "finds no room for {0} bytes beside all that this host holds of others \
         (host.limits.held_answers)"
    )]
    NoRoom(usize),
    /// Redirects for ever.
    #[error("redirects more than {0} times")]
    Redirects(u8),
}

impl Transport {
    /// The same, of a connection that was to be made through a proxy.
    fn of_proxy(self) -> Self {
        Self::Proxy(match self {
            Self::Dns => Proxy::Dns,
            Self::AddressRefused => Proxy::AddressRefused,
            Self::ConnectRefused => Proxy::ConnectRefused,
            Self::Unreachable => Proxy::Unreachable,
            Self::ConnectTimeout(time) | Self::Timeout(time) => Proxy::Timeout(time),
            Self::Reset | Self::Closed => Proxy::Closed,
            Self::Tls(Tls::NotTls | Tls::Refused) => Proxy::NotTls,
            // Whose certificate it is, is told with it.
            other => return other,
        })
    }

    /// Whether there was no connection to send a request on: whoever asked for whatever.
    pub(super) fn is_of_it_all(self) -> bool {
        !matches!(self, Self::Timeout(_) | Self::Stalled(_) | Self::Reset | Self::Closed)
    }
}

impl Answer {
    /// Whether the same request would be answered in the same way.
    pub(super) fn is_lasting(self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::Headers | Self::Encoded)
    }
}

/// Either of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Transport(Transport),
    Answer(Answer),
}

impl From<Transport> for Failure {
    fn from(fault: Transport) -> Self {
        Self::Transport(fault)
    }
}

impl From<Answer> for Failure {
    fn from(fault: Answer) -> Self {
        Self::Answer(fault)
    }
}

impl Failure {
    /// What an error of the HTTP client comes down to. `connect` is its time to connect.
    pub(super) fn of(error: &reqwest::Error, connect: Duration) -> Self {
        if error.is_connect() && error.is_timeout() {
            return Transport::ConnectTimeout(connect).into();
        }
        match chain(error).find_map(cause_of) {
            // Before there is a connection, only the TLS handshake reads.
            Some(Self::Transport(Transport::Closed)) if error.is_connect() => {
                Transport::Tls(Tls::Refused).into()
            }
            cause => cause.unwrap_or(Transport::Other.into()),
        }
    }

    /// What an error comes down to of a request that went through a proxy.
    pub(super) fn through_proxy(error: &reqwest::Error, connect: Duration) -> Self {
        let told = chain(error).find_map(|cause| Proxy::of_text(&cause.to_string()));
        match (told, Self::of(error, connect)) {
            (Some(told), _) => Transport::Proxy(told).into(),
            (None, Self::Transport(fault)) if error.is_connect() => fault.of_proxy().into(),
            (None, failure) => failure,
        }
    }

    /// Whether the connection may have been one that the server had given up on, so that a
    /// request on a new one could well be answered.
    pub(super) fn may_be_stale(self) -> bool {
        matches!(self, Self::Transport(Transport::Reset | Transport::Closed))
    }
}

/// An error and all that it came from, with what `io::Error`s hold and don't tell as a source.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

fn cause_of(error: &(dyn StdError + 'static)) -> Option<Failure> {
    if let Some(unresolved) = error.downcast_ref::<Unresolved>() {
        return Some(match unresolved {
            Unresolved::Unknown(_) => Transport::Dns.into(),
            Unresolved::Refused => Transport::AddressRefused.into(),
        });
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(Transport::Tls(Tls::of(tls)).into());
    }
    match error.downcast_ref::<io::Error>() {
        Some(io) if io.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>()) => of_io(io),
        Some(_) => None,
        // The HTTP client's own errors have no public kinds; their texts are all there is.
        None => of_text(&error.to_string()),
    }
}

fn of_io(error: &io::Error) -> Option<Failure> {
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => Transport::ConnectRefused.into(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Transport::Unreachable.into()
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::TimedOut => Transport::Reset.into(),
        io::ErrorKind::UnexpectedEof => Transport::Closed.into(),
        _ => Transport::System(error.raw_os_error()?).into(),
    })
}

fn of_text(text: &str) -> Option<Failure> {
    Some(match text {
        "connection closed before message completed" => Transport::Closed.into(),
        "message head is too large" => Answer::Headers.into(),
        _ if text.starts_with("invalid HTTP") => Answer::NotHttp.into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_machine_in_trouble_says_is_told_as_that() {
        for (kind, expected) in [
            (io::ErrorKind::HostUnreachable, Transport::Unreachable),
            (io::ErrorKind::NetworkUnreachable, Transport::Unreachable),
        ] {
            assert_eq!(of_io(&kind.into()), Some(expected.into()));
        }
        let too_many = io::Error::from_raw_os_error(24);
        assert_eq!(of_io(&too_many), Some(Transport::System(24).into()));
        assert_eq!(of_io(&io::Error::other("what nobody knows")), None);
        for (fault, expected) in [
            (Transport::Unreachable, Proxy::Unreachable),
            (Transport::AddressRefused, Proxy::AddressRefused),
        ] {
            assert_eq!(fault.of_proxy(), Transport::Proxy(expected));
        }
    }
}
