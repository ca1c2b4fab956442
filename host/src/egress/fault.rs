//! What goes wrong on the way to a server and back, told apart.
//!
//! The HTTP client wraps each cause in several errors of others; `Failure::of` unwraps them, so
//! that a person reads "the certificate has expired", not "error sending request".

use std::{error::Error as StdError, io, time::Duration};

use rustls::{AlertDescription, CertificateError};

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
    #[error("did not take the connection within {} s", .0.as_secs_f32())]
    ConnectTimeout(Duration),
    /// No whole answer in time.
    #[error("did not answer within {} s", .0.as_secs_f32())]
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
    /// This machine could not, as when too many files are open: an error number of the system.
    #[error("could not be asked: {}", io::Error::from_raw_os_error(*.0))]
    System(i32),
    /// What no one expected.
    #[error("could not be asked, for a reason that this host doesn't know")]
    Other,
}

/// Why there is no secure connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tls {
    /// Its time is over.
    #[error("has a certificate that has expired; it must be renewed there")]
    Expired,
    /// Its time has not come.
    #[error("has a certificate that is not valid yet; check the clocks here and there")]
    NotYetValid,
    /// It is another's.
    #[error("has a certificate for another host name; use the name that is in it")]
    WrongHost,
    /// Nobody whom we trust vouches for it.
    #[error(
        "has a certificate of an authority that isn't trusted; if it should be, add the authority's to `ca`"
    )]
    UnknownAuthority,
    /// Anything else that is wrong with it.
    #[error("has a certificate that is invalid")]
    Certificate,
    /// Nothing in common.
    #[error("speaks no version or cipher of TLS that this host takes (1.2 and 1.3)")]
    Incompatible,
    /// It speaks something else.
    #[error("does not speak TLS on this port; should the URL begin with http://?")]
    NotTls,
    /// It ended the handshake.
    #[error("broke off the TLS handshake")]
    Refused,
}

/// Why an answer isn't given on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Answer {
    /// More than the limit.
    #[error("is longer than {0} bytes")]
    TooLarge(usize),
    /// More headers than anyone sends.
    #[error("has too many headers, or too long ones")]
    Headers,
    /// Less than it said.
    #[error("ended before it was whole")]
    Truncated,
    /// Compressed though nobody asked for it.
    #[error("is compressed, which was not asked for")]
    Encoded,
    /// Not HTTP.
    #[error("is not HTTP/1.1")]
    NotHttp,
    /// A redirect to another server, or of a POST.
    #[error("redirects elsewhere, which is not followed; use the URL that it leads to")]
    Redirect,
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

impl Tls {
    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(
                AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
            ) => Self::Incompatible,
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            _ => Self::Refused,
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongHost
            }
            CertificateError::UnknownIssuer => Self::UnknownAuthority,
            _ => Self::Certificate,
        }
    }
}
