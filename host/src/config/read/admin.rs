//! `admin` of `[host]`: an address alone, or a table with who may ask there.

use std::{collections::BTreeSet, net::SocketAddr};

use super::{
    form::Form,
    identity::{self, Shown},
    kind::Kind,
    plain::{choice, like, quoted},
    secret,
    table::Table,
};
use crate::config::{
    Secret,
    admin::{Admin, Role, Token},
};

const BEYOND: &str = "beyond loopback it takes";

/// What is written of it.
struct Draft {
    address: SocketAddr,
    tokens: Vec<Token>,
}

pub(super) fn admin() -> Kind<Admin> {
    let alone = address().then(|value, address| {
        let admin = Admin::from(address);
        match admin.is_safe() {
            true => Some(admin),
            false => value.refuse(format!(
                "as text the admin address speaks to loopback only, as `127.0.0.1:7070`; {BEYOND} \
                 a table with `address`, `certificate`, `key` and `tokens`"
            )),
        }
    });
    let alone = alone.shown(|admin| Some(quoted(&admin.address.to_string())));
    alone.or_table(table())
}

fn table() -> Kind<Admin> {
    let blank = || Shown::beside(Draft { address: Admin::default().address, tokens: Vec::new() });
    let form = Form::new(
        "`admin`",
        "Where the admin API listens, and who may ask there. Beyond loopback it takes a certificate, \
         its key and tokens.",
        blank)
.set("address", address(), "The address and the port; port 0 for any that is free.", |it| {
                &mut it.address
            })
.may(
                "tokens",
                tokens(),
                "Who may ask. Without any, which is for loopback only, every user of this machine may \
                 do everything.",
                |it| &mut it.tokens,
            );
    let form = identity::keys(
        form,
        "The certificate that the API proves itself with, and those that lead to its authority; read \
         again when it changes. Without it the API speaks plain HTTP.",
    );
    form.finish(finish)
}

fn finish(table: &Table<'_>, draft: Shown<Draft>) -> Option<Admin> {
    let (Draft { address, tokens }, tls) = draft.judged(table);
    let lacks = |key: &&str| !address.ip().is_loopback() && !table.has(key);
    let lacking: Vec<_> = ["certificate", "tokens"].into_iter().filter(lacks).collect();
    if !lacking.is_empty() {
        table.refuse(format!("{BEYOND} `{}`", lacking.join("` and `")));
        return None;
    }
    Some(Admin { address, tls, tokens })
}

fn address() -> Kind<SocketAddr> {
    let address = like("address and port", "\"127.0.0.1:7070\"", r"^(\[.*\]|[0-9.]+):[0-9]{1,5}$");
    let address = address.then(|value, address| match address.parse() {
        Ok(address) => Some(address),
        Err(_) => value.bad("write an address and a port, as `127.0.0.1:7070`"),
    });
    address.shown(|address| Some(quoted(&address.to_string())))
}

fn tokens() -> Kind<Vec<Token>> {
    token().tables().count(1, None).then(|value, tokens| {
        let names: BTreeSet<_> = tokens.iter().map(|token| &token.name).collect();
        if names.len() < tokens.len() {
            return value.bad("two tokens have the same name");
        }
        let is_twice =
            |(at, token): (usize, &Token)| tokens.iter().skip(at + 1).any(|it| it.is_same(token));
        if tokens.iter().enumerate().any(is_twice) {
            return value
                .bad("two names have the same token: the audit log could not tell them apart");
        }
        if value.tree().as_array().is_some_and(|list| list.is_empty()) {
            return value.bad("with no token nobody could ask; leave it out, or add one");
        }
        Some(tokens)
    })
}

/// What is written of a token.
#[derive(Default)]
struct DraftToken {
    name: Option<String>,
    role: Option<Role>,
    token: Option<Secret>,
}

fn token() -> Kind<Token> {
    let form = Form::new(
        "a token",
        "Somebody who may ask the admin API.",
        DraftToken::default)
.need("name", name(), "What the audit log calls who shows it; unique. Up to 64 of a–z, A–Z, \
                0–9, `-`, `_`, `.` and `@`.", |it| {
                &mut it.name
            })
.need(
                "role",
                choice("unknown role", Role::ALL.map(|role| (role.as_str(), role))),
                "What it is good for: a `viewer` sees how the host is doing, an `operator` polls, \
                 replays, buries, accepts and sets cursors as well, a `reader` sees patients' data, an \
                 `admin` may everything.",
                |it| &mut it.role,
            )
.need(
                "token",
                secret::secret(),
                "The token itself: at least 24 bytes of visible ASCII (`openssl rand -hex 32`).",
                |it| &mut it.token,
            );
    form.finish(|table, DraftToken { name, role, token }| {
        let (name, role, token) = (name?, role?, token?);
        match Token::new(name, role, &token) {
            Ok(token) => Some(token),
            Err(error) => table.bad_value("token", error),
        }
    })
}

/// It stands in the audit log, where `local …` is somebody without a token.
fn name() -> Kind<String> {
    like("name", "\"night-shift\"", "^[A-Za-z0-9._@-]{1,64}$").then(|value, name| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
        if name.len() > 64 || !name.bytes().all(fits) {
            return value
                .bad("a token's name has up to 64 of a–z, A–Z, 0–9, `-`, `_`, `.` and `@`");
        }
        Some(name)
    })
}
