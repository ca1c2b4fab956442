//! `admin` of `[host]`: an address alone, or a table with who may ask there.

use std::{collections::BTreeSet, net::SocketAddr};

use super::{
    secret,
    table::{Table, hint},
    value::Value,
};
use crate::{
    admin::certify,
    config::admin::{Admin, Role, Tls, TlsKey, Token},
};

const BEYOND: &str = "beyond loopback it takes";

pub(super) fn read(value: Value<'_>) -> Option<Admin> {
    if !value.tree().is_table() {
        let admin = Admin::from(address(value.clone())?);
        return match admin.is_safe() {
            true => Some(admin),
            false => value.refuse(format!(
                "as text the admin address speaks to loopback only, as `127.0.0.1:7070`; {BEYOND} \
                 a table with `address`, `certificate`, `key` and `tokens`"
            )),
        };
    }
    let mut table = value.table("`admin`")?;
    let mut admin = Admin::default();
    table.set("address", &mut admin.address, address);
    let tls = tls(&mut table);
    table.set("tokens", &mut admin.tokens, tokens);
    let lacks = |key: &'static str| !admin.address.ip().is_loopback() && !table.has(key);
    let lacking: Vec<_> = ["certificate", "tokens"].into_iter().filter(|key| lacks(key)).collect();
    table.finish();
    if !lacking.is_empty() {
        return value.refuse(format!("{BEYOND} `{}`", lacking.join("` and `")));
    }
    admin.tls = tls;
    Some(admin)
}

fn address(value: Value<'_>) -> Option<SocketAddr> {
    match value.clone().text()?.parse() {
        Ok(address) => Some(address),
        Err(_) => value.bad("write an address and a port, as `127.0.0.1:7070`"),
    }
}

/// A certificate and its key, which belong together.
fn tls(table: &mut Table<'_>) -> Option<Tls> {
    if !table.has("certificate") && !table.has("key") {
        return None;
    }
    let (mut file, mut given) = (None, None);
    let certificate = table.need("certificate", |value| {
        file = Some((value.clone(), secret::certificates(value.clone())?));
        value.path()
    });
    let key = table.need("key", |value| {
        given = Some(secret::read(value.clone())?);
        key_place(value)
    });
    let (Some((place, pem)), Some(secret)) = (file, &given) else { return None };
    if let Err(error) = certify(&pem, secret.expose()) {
        return place.bad(error);
    }
    let key = key?.map_or_else(|| given.map(TlsKey::Given), |file| Some(TlsKey::File(file)))?;
    Some(Tls { certificate: certificate?, key })
}

/// The key's file, where it has one.
fn key_place(value: Value<'_>) -> Option<Option<std::path::PathBuf>> {
    let mut table = value.table("a secret")?;
    Some(table.get("file", Value::path))
}

fn tokens(value: Value<'_>) -> Option<Vec<Token>> {
    let tokens = value.clone().tables(token)?;
    let names: BTreeSet<_> = tokens.iter().map(|token| &token.name).collect();
    if names.len() < tokens.len() {
        return value.bad("two tokens have the same name");
    }
    let is_twice =
        |(at, token): (usize, &Token)| tokens.iter().skip(at + 1).any(|it| it.is_same(token));
    if tokens.iter().enumerate().any(is_twice) {
        return value.bad("two names have the same token: the audit log could not tell them apart");
    }
    if value.tree().as_array().is_some_and(|list| list.is_empty()) {
        return value.bad("with no token nobody could ask; leave it out, or add one");
    }
    Some(tokens)
}

fn token(value: Value<'_>) -> Option<Token> {
    let mut table = value.table("a token")?;
    let name = table.need("name", name);
    let role = table.need("role", role);
    let secret = table.need("token", |value| Some((value.clone(), secret::read(value)?)));
    table.finish();
    let (name, role, (place, secret)) = (name?, role?, secret?);
    match Token::new(name, role, &secret) {
        Ok(token) => Some(token),
        Err(error) => place.bad(error),
    }
}

/// It stands in the audit log, where `local …` is somebody without a token.
fn name(value: Value<'_>) -> Option<String> {
    let name = value.clone().text()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    if name.len() > 64 || !name.bytes().all(fits) {
        return value.bad("a token's name has up to 64 of a–z, A–Z, 0–9, `-`, `_`, `.` and `@`");
    }
    Some(name.to_owned())
}

fn role(value: Value<'_>) -> Option<Role> {
    let written = value.clone().text()?;
    let known = Role::ALL.map(Role::as_str);
    match Role::ALL.into_iter().find(|role| role.as_str() == written) {
        Some(role) => Some(role),
        None => value.bad(format!("unknown role `{written}`; {}", hint(written, &known))),
    }
}
