//! Why a connector is not trusted, and what to do.

/// Why a connector is not trusted. Name its file beside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no signature.
    #[error("is not signed; sign it with `rounds connector sign`")]
    Unsigned,
    /// The signature file is none.
    #[error("its signature file {0}; sign it anew with `rounds connector sign`")]
    Malformed(&'static str),
    /// It was signed as it was before, or is another's.
    #[error("its signature is for another file: sha256 {signed}, and this one has {found}")]
    Digest {
        /// What was signed.
        signed: String,
        /// What the file has.
        found: String,
    },
    /// Nobody who is trusted signed it.
    #[error(
        "is signed with the key {}, which is not trusted; if it should be, add its public key to \
         host.trust.keys", .0.join(" and ")
    )]
    UnknownKey(Vec<String>),
    /// The statement was changed after it was signed, or somebody made the signature up.
    #[error("its signature in the name of `{key}` is not that key's: the statement was changed")]
    Forged {
        /// The name of the trusted key.
        key: String,
    },
    /// The connector says of itself what nobody signed.
    #[error(
        "says of itself what nobody signed: signed was the {what} {signed}, and it says {found}"
    )]
    Differs {
        /// What of it.
        what: &'static str,
        /// As it was signed.
        signed: String,
        /// As it is.
        found: String,
    },
    /// What it says of itself cannot be signed.
    #[error("its manifest holds an empty text or a control character, which cannot be signed")]
    Unstatable,
}
