//! `certificate` and `key`: what somebody proves itself with, a host that is asked or one that asks.

use std::{
    ops::{Deref, DerefMut},
    path::PathBuf,
};

use super::{form::Form, kind::Kind, secret, table::Table};
use crate::{
    certificate::{certify, expired},
    config::{Certificate, CertificateKey, Secret},
};

/// What a client's certificate is for.
pub(super) const TO_SERVERS: &str = "What servers are shown that ask for a client certificate (mutual TLS): the certificate, and \
     those that lead to its authority, in PEM; read again when it changes. Without it, nothing is \
     shown.";

/// What is written of a certificate and its key, beside a `T`.
pub(super) struct Shown<T> {
    it: T,
    /// The file, and what is in it.
    certificate: Option<(PathBuf, String)>,
    /// The key, and the file that it is in.
    key: Option<(Secret, Option<PathBuf>)>,
}

impl<T> Shown<T> {
    pub(super) fn beside(it: T) -> Self {
        Self { it, certificate: None, key: None }
    }

    /// The `T`, and the certificate where there is one and its key belongs to it.
    pub(super) fn judged(self, table: &Table<'_>) -> (T, Option<Certificate>) {
        let Self { it, certificate, key } = self;
        (it, certificate.zip(key).and_then(|written| certified(table, written)))
    }
}

impl<T> Deref for Shown<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.it
    }
}

impl<T> DerefMut for Shown<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.it
    }
}

/// Adds the two keys, neither of which is there without the other.
pub(super) fn keys<T: 'static>(form: Form<Shown<T>>, meaning: &'static str) -> Form<Shown<T>> {
    let form = form.may("certificate", certificate(), meaning, |it| &mut it.certificate).may(
        "key",
        secret::with_file(),
        "The certificate's private key, in PEM. A file is read again with the certificate's.",
        |it| &mut it.key,
    );
    let form = form.beside("certificate", "key", |table, _| {
        table.bad_value::<()>("certificate", "it needs its `key` beside it");
    });
    form.beside("key", "certificate", |table, _| {
        table.bad_value::<()>("key", "it needs its `certificate` beside it");
    })
}

fn certified(
    table: &Table<'_>,
    ((file, pem), (secret, key)): ((PathBuf, String), (Secret, Option<PathBuf>)),
) -> Option<Certificate> {
    if let Err(error) = certify(&pem, secret.expose()) {
        return table.bad_value("certificate", error);
    }
    if let Some(until) = expired(&pem) {
        table.warn_value("certificate", &format!("this has expired: it was good until {until}"));
    }
    let key = key.map_or_else(|| CertificateKey::Given(secret), CertificateKey::File);
    Some(Certificate { file, key })
}

fn certificate() -> Kind<(PathBuf, String)> {
    let read = secret::certificates();
    let (shape, read) = (read.shape, read.read);
    Kind::new(shape, move |value| Some((value.clone().path()?, read(value)?)))
}
