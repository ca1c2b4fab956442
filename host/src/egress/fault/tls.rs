//! Why there is no secure connection.

use rustls::{AlertDescription, CertificateError};

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
    #[error("broke off the TLS handshake and said no reason that is known; its own log may")]
    Refused,
    /// It wants to know who asks.
    #[error("asks for a client certificate, and none is set; set `certificate` and `key`")]
    WantsCertificate,
    /// It knows who asks, and doesn't take it.
    #[error(
        "does not take the client certificate that is set; check that it is the one that was \
         agreed upon, and that its authority is trusted there"
    )]
    RefusesCertificate,
    /// The same, of one whose time is over.
    #[error("does not take the client certificate that is set, which has expired; renew it")]
    ExpiredCertificate,
}

impl Tls {
    pub(super) fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(
                AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
            ) => Self::Incompatible,
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            rustls::Error::AlertReceived(alert) if is_about_a_certificate(*alert) => {
                Self::RefusesCertificate
            }
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

/// Whether a server's alert speaks of a client's certificate, as there is no other that it judges.
fn is_about_a_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}
