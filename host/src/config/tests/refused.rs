//! What is said of bad texts: each with all that is wrong with it, at its line and column.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::read;

/// A good connection and a good destination, of which each case spoils something.
const WARD: &str = r#"[[connection]]
name = "ward"
connector = "fhir-r4"
base_url = "http://127.0.0.1:8080/fhir"
actions = { orders = { every = "1m" } }
"#;
const APP: &str = r#"[[destination]]
name = "app"
url = "https://app.example/hooks"
secret = { env = "WHSEC" }
"#;

/// Each text's errors are exactly these, without the file's name.
fn check(cases: &[(String, &str)]) {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let told = match read(text) {
            Ok(_) => "accepted".to_owned(),
            Err(errors) => errors.to_string().replace("etc/rounds.toml:", ""),
        };
        if told != *expected {
            wrong.push_str(&format!("--- {text}\n{told}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// [`WARD`] with one line replaced, and [`APP`].
fn ward(line: &str, by: &str) -> String {
    replaced(WARD, line, by) + APP
}

/// [`APP`] with one line replaced, before [`WARD`].
fn app(line: &str, by: &str) -> String {
    replaced(APP, line, by) + WARD
}

fn replaced(text: &str, key: &str, by: &str) -> String {
    let line = |line: &str| if line.starts_with(key) { by.to_owned() } else { line.to_owned() };
    text.lines().map(|it| line(it) + "\n").collect()
}

/// A further line of a connection, which stands in line 6.
fn further(line: &str) -> String {
    format!("{WARD}{line}\n{APP}")
}

/// The same of a destination, in line 5.
fn further_app(line: &str) -> String {
    format!("{APP}{line}\n{WARD}")
}

#[test]
fn all_faults_are_told_at_once_in_file_order() {
    let text = r#"[host]
admin = "0.0.0.0:7070"
dta = "data"

[[connection]]
name = "ward"
connector = 7
base_url = "ftp://ehr"
concurency = 8
[connection.actions]
appointments = { evry = "1m" }
patients = { every = "1 m" }

[[connection]]
name = "ward"

[[destination]]
name = "app"
url = "https://app.example/hooks"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
events = ["Scheduling", "Order.*"]
connections = ["wart"]
"#;
    check(&[(
        text.to_owned(),
        "2:9: as text the admin address speaks to loopback only, as `127.0.0.1:7070`; beyond loopback it takes a table with `address`, `certificate`, `key` and `tokens`\n\
             3:1: unknown key `dta`; did you mean `data`?\n\
             7:13: `connector` must be text, not a whole number\n\
             8:12: `base_url`: a URL begins with `http://` or `https://`\n\
             9:1: unknown key `concurency`; did you mean `concurrency`?\n\
             11:16: `appointments` has no interval, and there is no default: write every = \
             \"10m\" or cron = \"0 6 * * *\"\n\
             11:18: unknown key `evry`; did you mean `every`?\n\
             12:22: `every`: a time span is written as `90s`, `10m`, `1h30m` or `3d`\n\
             14:1: a connection needs `connector`\n\
             14:1: a connection needs `base_url`\n\
             14:1: a connection needs `actions`\n\
             15:8: a second connection `ward`; the first is in line 6\n\
             20:10: `secret`: a secret never stands in this text; write { env = \"NAME\" } or \
             { file = \"path\" }\n\
             21:11: `events`: an event is written as `Scheduling.New`, `Scheduling.*`, \
             `*.New` or `*`\n\
             22:16: unknown connection `wart`; did you mean `ward`?",
    )]);
}

#[test]
fn the_whole() {
    check(&[
        (String::new(), " no [[connection]]: there is nothing to poll"),
        (APP.to_owned(), " no [[connection]]: there is nothing to poll"),
        (
            format!("{WARD}{APP}[destinaton]\n"),
            "10:2: unknown key `destinaton`; did you mean `destination`?",
        ),
        (
            format!("connection = 7\n{APP}"),
            "1:14: `connection` must be a list, as [{ … }], not a whole number",
        ),
        (
            format!("[connection]\nname = \"ward\"\n{APP}"),
            "1:1: `connection`: there may be several, so write `[[connection]]`",
        ),
        ("[host\ndata = 7".to_owned(), "1:6: unclosed table, expected `]`"),
        (
            "[host]\ndata = \"a\"\ndata = \"b\"".to_owned(),
            "3:1: duplicate key: a key or a table stands here that was there before; of connections \
             there may be several, each under [[connection]]",
        ),
        (
            "# ä\nhost = { x = ä }".to_owned(),
            "2:14: string values must be quoted, expected literal string",
        ),
    ]);
}

#[test]
fn folders_of_connectors() {
    let folders = |text: &str| format!("[host]\nconnectors = {text}\n{WARD}{APP}");
    let both = "2:14: `connectors`: the folder in service cannot be the one beside it as well";
    let count = "2:14: `connectors`: there is one folder in service, and one beside it at most: \
         [\"connectors\", { folder = \"candidates\", shadow = true }]";
    check(&[
        (folders("7"), "2:14: `connectors` must be text, not a whole number"),
        (folders("[]"), count),
        (folders(r#"["a", "b"]"#), count),
        (folders(r#"[{ folder = "a", shadow = true }]"#), count),
        (
            folders(r#"["a", { folder = "b", shadow = true }, { folder = "c", shadow = true }]"#),
            count,
        ),
        (folders(r#"["a", { folder = "a", shadow = true }]"#), both),
        (folders(r#"["a", { folder = "./a/", shadow = true }]"#), both),
        (
            folders(r#"["a", { shadow = true, fodler = "b" }]"#),
            "2:20: a folder of connectors needs `folder`\n\
             2:37: unknown key `fodler`; did you mean `folder`?",
        ),
    ]);
}

#[test]
fn the_host() {
    let host = |line: &str| format!("[host]\n{line}\n{WARD}{APP}");
    check(&[
        (host("data = \"\""), "2:8: `data`: this is empty"),
        (
            host("data = \"nats://a,b\""),
            "2:8: `data`: this version stores in a folder only, as \"data\"",
        ),
        (host("data = 7"), "2:8: `data` must be text, not a whole number"),
        (
            host("admin = \"0.0.0.0:7070\""),
            "2:9: as text the admin address speaks to loopback only, as `127.0.0.1:7070`; beyond loopback it takes a table with `address`, `certificate`, `key` and `tokens`",
        ),
        (
            host("admin = \"localhost\""),
            "2:9: `admin`: write an address and a port, as `127.0.0.1:7070`",
        ),
        (host("log = \"jsn\""), "2:7: `log`: unknown format `jsn`; did you mean `json`?"),
        (host("connector_log = \"yes\""), "2:17: `connector_log` must be true or false, not text"),
        (host("max_pending = 0"), "2:15: `max_pending`: this must be at least 1"),
        (host("concurrent_polls = -1"), "2:20: `concurrent_polls`: this must be at least 1"),
        (
            host("concurrent_polls = 9223372036854775807"),
            "2:20: `concurrent_polls`: this is 10000 at most",
        ),
        (
            host("limits = { guest_memory = \"8589934591GiB\" }"),
            "2:27: `guest_memory`: this is 4GiB at most",
        ),
        (
            host("limits = { guest_cpu = 1, guest_memory = \"128MB\", cursr = 1 }"),
            "2:24: `guest_cpu` must be a time span, as \"90s\", not a whole number\n\
             2:42: `guest_memory`: a size is a whole number with a unit, as `512B`, `16KiB`, \
             `128MiB` or `1GiB`\n\
             2:51: unknown key `cursr`; did you mean `cursor`?",
        ),
        (
            host("limits = { payload = \"0B\", guest_wall = \"0s\", memo = 0 }"),
            "2:22: `payload`: this must be more than 0B\n\
             2:41: `guest_wall`: this must be more than 0s\n\
             2:54: `memo`: this must be at least 1",
        ),
        (
            host(
                "limits = { guest_memory = \"8MiB\", answer_body = \"4MiB\", held_answers = \"16MiB\" }",
            ),
            "2:72: `held_answers`: this must be at least 18MiB, for all that may be answered about \
             one change (`guest_memory` and `answer_body`)",
        ),
        (
            host("limits = { answer_body = \"8589934591GiB\", held_answers = \"16MiB\" }"),
            "2:58: `held_answers`: this must be at least 12827635656081MiB, for all that may be \
             answered about one change (`guest_memory` and `answer_body`)",
        ),
        (
            host("limits = { page_changes = 1.5, log_lines = 99999999999999999999 }"),
            "2:27: `page_changes` must be a whole number, not a number with a point\n\
             2:44: `log_lines`: this number is too large",
        ),
    ]);
}

#[test]
fn a_connection() {
    check(&[
        (ward("name", ""), "1:1: a connection needs `name`"),
        (ward("name", "name = \"\""), "2:8: `name`: this is empty"),
        (
            ward("name", "name = \"General Hospital\""),
            "2:8: `General Hospital` is no name: one has up to 64 of a–z, 0–9, `-`, `_` and \
             `.`, and begins with a letter or a digit",
        ),
        (
            ward("name", &format!("name = \"{}\"", "a".repeat(65))),
            "2:8: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` is no \
             name: one has up to 64 of a–z, 0–9, `-`, `_` and `.`, and begins with a letter \
             or a digit",
        ),
        (ward("connector", ""), "1:1: a connection needs `connector`"),
        (ward("base_url", ""), "1:1: a connection needs `base_url`"),
        (
            ward("base_url", "base_url = \"ehr.example\""),
            "4:12: `base_url`: a URL begins with `http://` or `https://`",
        ),
        (
            ward("base_url", "base_url = \"ftp://ehr.example\""),
            "4:12: `base_url`: a URL begins with `http://` or `https://`",
        ),
        (
            ward("base_url", "base_url = \"http://\""),
            "4:12: `base_url`: this is no URL: empty host",
        ),
        (
            ward("base_url", "base_url = \"http://u:s3cr3t@ehr.example\""),
            "4:12: `base_url`: a URL holds no credentials here",
        ),
        (
            ward("base_url", "base_url = \"http://ehr.example/?a=b\""),
            "4:12: `base_url`: no query (`?…`) here; a connector's requests bring their own",
        ),
        (
            ward("base_url", "base_url = \"http://ehr.example/#a\""),
            "4:12: `base_url`: a URL has no fragment (`#…`) here",
        ),
        (format!("{WARD}{WARD}{APP}"), "7:8: a second connection `ward`; the first is in line 2"),
        (further("concurrency = 0"), "6:15: `concurrency`: this must be at least 1"),
        (
            further("timeout = 30"),
            "6:11: `timeout` must be a time span, as \"90s\", not a whole number",
        ),
        (further("rate = 0"), "6:8: `rate`: this must be more than 0"),
        (further("rate = nan"), "6:8: `rate`: this must be more than 0"),
        (further("rate = 1e400"), "6:8: `rate`: this number is too large"),
        (further("rate = \"5\""), "6:8: `rate` must be a number, not text"),
        (
            further("since = \"yesterday\""),
            "6:9: `since`: write a time with its offset, as `2026-05-05T10:00:00Z`, or a \
             span, as `30d`",
        ),
        (
            further("since = 2026-05-05"),
            "6:9: `since`: write a time with its offset, as `2026-05-05T10:00:00Z`, or a \
             span, as `30d`",
        ),
        (
            further("since = 2026-05-05T10:00:00"),
            "6:9: `since`: write a time with its offset, as `2026-05-05T10:00:00Z`, or a \
             span, as `30d`",
        ),
        (
            further("private_addresses = \"10.0.0.0/8\""),
            "6:21: `private_addresses` must be a list, as [\"10.0.0.0/8\"], not text",
        ),
        (
            further("private_addresses = [\"10.0.0.0/33\", \"::1\", 7]"),
            "6:22: `private_addresses`: a network is written as `10.0.0.0/8`, an address as \
             `10.0.0.7`\n\
             6:44: `private_addresses` must be a network, as \"10.0.0.0/8\", not a whole number",
        ),
        (
            further("allow_origins = [\"https://a.example/b\"]"),
            "6:18: `allow_origins`: an origin has no path, as `https://ehr.example:8443`",
        ),
        (further("ca = \"none.pem\""), "6:6: cannot read `none.pem`: entity not found"),
        (further("ca = \"p384.pem\""), "6:6: `p384.pem` holds no certificate in PEM"),
        (further("settings = 7"), "6:12: `settings` must be a table, not a whole number"),
        (
            further("settings = { a = [nan], b = 99999999999999999999 }"),
            "6:19: `a`: JSON has no such number\n\
             6:29: `b`: this number is too large",
        ),
    ]);
}

#[test]
fn an_action() {
    let actions = |actions: &str| ward("actions", &format!("actions = {actions}"));
    check(&[
        (ward("actions", ""), "1:1: a connection needs `actions`"),
        (actions("{}"), "5:11: a connection without actions is never polled"),
        (actions("\"1m\""), "5:11: `actions` must be a table, not text"),
        (
            actions("{ orders = \"1m\" }"),
            "5:22: `orders` must be a table, as { every = \"10m\" }, not text",
        ),
        (
            actions("{ orders = {} }"),
            "5:22: `orders` has no interval, and there is no default: write every = \"10m\" \
             or cron = \"0 6 * * *\"",
        ),
        (
            actions("{ orders = { every = \"1m\", cron = \"0 6 * * *\" } }"),
            "5:22: `orders` has `every` or `cron`, not both",
        ),
        (
            actions("{ orders = { every = 60 } }"),
            "5:32: `every` must be a time span, as \"90s\", not a whole number",
        ),
        (actions("{ orders = { every = \"0s\" } }"), "5:32: `every`: this must be more than 0s"),
        (actions("{ orders = { every = \"10ms\" } }"), "5:32: `every`: this must be at least 1s"),
        (
            actions("{ orders = { cron = \"0 6 * *\" } }"),
            "5:31: a cron line has five fields (minute, hour, day of month, month, day of \
             week), this one has 4",
        ),
        (actions("{ orders = { cron = \"0 6 30 2 *\" } }"), "5:31: `0 6 30 2 *` never comes"),
        (
            actions("{ orders = { cron = \"0 6 * * *\", time_zone = \"Berlin\" } }"),
            "5:56: unknown time zone `Berlin`; did you mean `Europe/Berlin`?",
        ),
        (
            actions("{ orders = { every = \"1m\", time_zone = \"UTC\" } }"),
            "5:50: `time_zone` goes with `cron` only",
        ),
        (
            actions("{ orders = { every = \"1m\", enabled = 1, since = \"x\" } }"),
            "5:48: `enabled` must be true or false, not a whole number\n\
             5:59: `since`: write a time with its offset, as `2026-05-05T10:00:00Z`, or a \
             span, as `30d`",
        ),
    ]);
}

#[test]
fn what_is_read_beside_changes() {
    let further = |more: &str| {
        ward("actions", &format!("actions = {{ orders = {{ every = \"1m\", {more} }} }}"))
    };
    check(&[
        (further("sweep = \"1d\""), "5:46: `sweep` must be a table, not text"),
        (
            further("sweep = {}"),
            "5:46: `sweep` has no interval, and there is no default: write every = \"10m\" or \
             cron = \"0 6 * * *\"",
        ),
        (
            further("sweep = { every = \"1d\", cron = \"0 3 * * *\" }"),
            "5:46: `sweep` has `every` or `cron`, not both",
        ),
        (
            further("sweep = { every = \"0s\", since = \"1d\" }"),
            "5:56: `every`: this must be more than 0s\n\
             5:62: unknown key `since`; it belongs below [[connection]], or in an action, as \
             appointments = { since = \"30d\" }",
        ),
        (
            further("sweep = { cron = \"0 3 * * *\", time_zone = \"Berlin\" }"),
            "5:80: unknown time zone `Berlin`; did you mean `Europe/Berlin`?",
        ),
        (further("first = true"), "5:46: `first` must be text, not true or false"),
        (
            further("first = \"silence\""),
            "5:46: `first`: write `baseline`, for what is there to be remembered and told to \
             nobody, or `changes`, for it not to be read at all",
        ),
        (further("late = 600"), "5:45: `late` must be a time span, as \"90s\", not a whole number"),
        (
            further("late = \"a while\""),
            "5:45: `late`: a time span is written as `90s`, `10m`, `1h30m` or `3d`",
        ),
    ]);
}

#[test]
fn a_key_in_the_wrong_table() {
    let among_actions = format!(
        "{}[connection.actions]\norders = {{ every = \"1m\" }}\n",
        ward("actions", "").replace(APP, "")
    );
    check(&[
        (
            further("every = \"1m\""),
            "6:1: unknown key `every`; it belongs in an action, as appointments = { every = \"10m\" }, \
             or in a sweep, as sweep = { every = \"10m\" }",
        ),
        (
            further("retry_for = \"1d\""),
            "6:1: unknown key `retry_for`; it belongs below [[destination]]",
        ),
        (
            further("url = \"https://a.example\""),
            "6:1: unknown key `url`; did you mean `base_url`?",
        ),
        (
            further("answer_body = \"1MiB\""),
            "6:1: unknown key `answer_body`; it belongs below [host.limits]",
        ),
        (
            further("token_url = \"x\""),
            "6:1: unknown key `token_url`; it belongs below [connection.auth]",
        ),
        (
            format!("data = \"data\"\n{WARD}{APP}"),
            "1:1: unknown key `data`; it belongs below [host]",
        ),
        (
            format!("{among_actions}rate = 2\n{APP}"),
            "8:8: `rate` stands among the actions, each of which is a table; it belongs below \
             [[connection]], and above [connection.actions]",
        ),
    ]);
}

#[test]
fn signing_in() {
    let auth = |auth: &str| further(&format!("auth = {auth}"));
    let smart = |rest: &str| {
        auth(&format!(
            "{{ type = \"smart-backend-services\", token_url = \"https://a.example\", \
             client_id = \"r\"{rest} }}"
        ))
    };
    check(&[
        (auth("\"basic\""), "6:8: `auth` must be a table, not text"),
        (auth("{}"), "6:8: `auth` needs `type`"),
        (
            auth("{ typ = \"none\" }"),
            "6:8: `auth` needs `type`\n6:10: unknown key `typ`; did you mean `type`?",
        ),
        (
            auth("{ type = \"smart-backend-service\" }"),
            "6:17: `type`: unknown way to sign in `smart-backend-service`; did you mean \
             `smart-backend-services`?",
        ),
        (
            auth("{ type = \"kerberos\" }"),
            "6:17: `type`: unknown way to sign in `kerberos`; known are `none`, `basic`, \
             `bearer`, `header`, `oauth2-client-credentials`, `smart-backend-services`, \
             `session`",
        ),
        (
            auth("{ type = \"none\", token = { env = \"TOKEN\" } }"),
            "6:25: unknown key `token`; it goes with type = \"bearer\"",
        ),
        (
            auth("{ type = \"basic\", usr = \"u\" }"),
            "6:8: `auth` needs `user`\n\
             6:8: `auth` needs `password`\n\
             6:26: unknown key `usr`; did you mean `user`?",
        ),
        (
            auth("{ type = \"basic\", user = \"a:b\", password = { env = \"TOKEN\" } }"),
            "6:33: `user`: a user's name has no colon",
        ),
        (
            auth("{ type = \"bearer\", token = { env = \"UMLAUT\" } }"),
            "6:35: `token`: a header's value is one line of ASCII",
        ),
        (
            auth("{ type = \"header\", name = \"Host\", value = { env = \"TOKEN\" } }"),
            "6:34: the header `host` is the host's own",
        ),
        (
            auth("{ type = \"header\", name = \"a b\", value = { env = \"TOKEN\" } }"),
            "6:34: `a b` is no header's name",
        ),
        (
            auth("{ type = \"oauth2-client-credentials\" }"),
            "6:8: `auth` needs `token_url`\n\
             6:8: `auth` needs `client_id`\n\
             6:8: `auth` needs `client_secret`",
        ),
        (auth("{ type = \"session\" }"), "6:8: `auth` needs `secrets`"),
        (
            auth("{ type = \"session\", secrets = { a = \"s3cr3t\" } }"),
            "6:44: `a`: a secret never stands in this text; write { env = \"NAME\" } or { \
             file = \"path\" }",
        ),
        (
            auth("{ type = \"smart-backend-services\" }"),
            "6:8: `auth` needs `token_url`\n\
             6:8: `auth` needs `client_id`\n\
             6:8: `auth` needs `key`",
        ),
        (
            smart(", key = { env = \"TOKEN\" }"),
            "6:99: `key`: this is no private key in PEM (`-----BEGIN PRIVATE KEY-----`)",
        ),
        (
            smart(", key = { file = \"none.pem\" }"),
            "6:108: cannot read `none.pem`: entity not found",
        ),
        (
            smart(", key = { file = \"rsa.pem\" }, algorithm = \"ES384\""),
            "6:133: `algorithm`: the key signs with RS384, not ES384",
        ),
        (
            smart(", key = { file = \"rsa.pem\" }, algorithm = \"RS256\""),
            "6:133: `algorithm`: unknown algorithm `RS256`; known are `RS384`, `ES384`",
        ),
    ]);
}

#[test]
fn a_secret() {
    let secret = |secret: &str| app("secret", &format!("secret = {secret}"));
    check(&[
        (
            secret("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\""),
            "4:10: `secret`: a secret never stands in this text; write { env = \"NAME\" } or \
             { file = \"path\" }",
        ),
        (
            secret("7"),
            "4:10: `secret`: a secret is written as { env = \"NAME\" } or { file = \"path\" }",
        ),
        (
            secret("{}"),
            "4:10: `secret`: a secret is written as { env = \"NAME\" } or { file = \"path\" }",
        ),
        (
            secret("{ evn = \"WHSEC\" }"),
            "4:10: `secret`: a secret is written as { env = \"NAME\" } or { file = \"path\" }\n\
             4:12: unknown key `evn`; did you mean `env`?",
        ),
        (
            secret("{ env = \"WHSEC\", file = \"open.txt\" }"),
            "4:10: `secret`: a secret has `env` or `file`, not both",
        ),
        (secret("{ env = \"NOBODY\" }"), "4:18: the environment has no variable `NOBODY`"),
        (
            secret("{ env = \"whsec_MfKQ9r8GKY\" }"),
            "4:18: the environment has no variable of this name",
        ),
        (secret("{ env = \"EMPTY\" }"), "4:18: the variable `EMPTY` is empty"),
        (secret("{ file = \"blank.txt\" }"), "4:19: the file `blank.txt` is empty"),
        (secret("{ env = \"TOKEN\" }"), "4:10: `secret`: a signing secret begins with `whsec_`"),
        (secret("[]"), "4:10: `secret`: one secret, or up to three while they are rotated"),
        (
            secret("[{ env = \"WHSEC\" }, { env = \"TOKEN\" }, { env = \"NOBODY\" }]"),
            "4:30: `secret`: a signing secret begins with `whsec_`\n\
             4:57: the environment has no variable `NOBODY`",
        ),
        (
            secret("[{ env = \"A\" }, { env = \"B\" }, { env = \"C\" }, { env = \"D\" }]"),
            "4:10: `secret`: one secret, or up to three while they are rotated",
        ),
    ]);
}

#[test]
fn a_destination() {
    check(&[
        (app("name", ""), "1:1: a destination needs `name`"),
        (app("url", ""), "1:1: a destination needs `url`"),
        (
            app("url", "url = \"https://u:s3cr3t@app.example\""),
            "3:7: `url`: a URL holds no credentials here",
        ),
        (app("secret", ""), "1:1: a destination needs `secret`"),
        (format!("{APP}{APP}{WARD}"), "6:8: a second destination `app`; the first is in line 2"),
        (
            further_app("events = []"),
            "5:10: `events`: this wants no event; leave it out to want all",
        ),
        (
            further_app("events = \"*\""),
            "5:10: `events` must be a list, as [\"Scheduling.*\"], not text",
        ),
        (
            further_app("events = [\"Sched*\", \"*\"]"),
            "5:11: `events`: an event is written as `Scheduling.New`, `Scheduling.*`, `*.New` \
             or `*`",
        ),
        (
            further_app("connections = [\"ward\", \"wrad\", \"icu\"]"),
            "5:24: unknown connection `wrad`; did you mean `ward`?\n\
             5:32: unknown connection `icu`",
        ),
        (
            further_app("retry_for = \"three days\""),
            "5:13: `retry_for`: a time span is written as `90s`, `10m`, `1h30m` or `3d`",
        ),
        (
            further_app("verify = \"post\""),
            "5:10: `verify`: a handshake needs a `verification_token` beside it",
        ),
        (
            further_app("verification_token = { env = \"TOKEN\" }\nverify = \"put\""),
            "6:10: `verify`: unknown method `put`; did you mean `post`?",
        ),
        (
            further_app("headers = { Webhook-Id = \"7\", Proxy-X = \"7\", \"a b\" = \"7\" }"),
            "5:26: the header `webhook-id` is the host's own\n\
             5:41: the header `proxy-x` is the host's own\n\
             5:54: `a b` is no header's name",
        ),
        (
            further_app("headers = { Authorization = \"Bearer s3cr3t\", X = \"ä\" }"),
            "5:29: `Authorization`: a secret never stands in this text; write { env = \
             \"NAME\" } or { file = \"path\" }\n\
             5:50: `X`: a header's value is one line of ASCII",
        ),
        (
            further_app("header = { X = \"7\" }"),
            "5:1: unknown key `header`; did you mean `headers`?",
        ),
    ]);
}

#[test]
fn trust() {
    let trust = |keys: &str| format!("[host.trust]\n{keys}\n{WARD}{APP}");
    let key = "ed25519:JGBeyKn3Vb9DK+zDicxecP994Zziyt6WZswjm23cF+s=";
    let twice = format!(
        "keys = [{{ name = \"a\", key = \"{key}\" }}, {{ name = \"a\", key = \"{key}\" }}]"
    );
    let both = format!("keys = [{{ name = \"a\", key = \"{key}\", file = \"acme.pub\" }}]");
    check(&[
        (
            trust("signatures = \"required\"\nkeys = []"),
            "2:14: `signatures`: unknown `required`; did you mean `require`?",
        ),
        (
            trust("signatures = \"warn\""),
            "1:1: `trust`: signatures are asked for, and no key is trusted; add `keys`",
        ),
        (
            trust("allow_older = true"),
            "2:15: `allow_older` must be a list, as [\"…\"], not true or false",
        ),
        (trust("keys = [{ name = \"a\" }]"), "2:9: `keys`: a trusted key has `key` or `file`"),
        (trust(&both), "2:9: `keys`: a trusted key has `key` or `file`, not both"),
        (trust(&twice), "2:8: `keys`: two keys have the same name"),
        (
            trust("keys = [{ name = \"a\", key = \"AAAA\" }]"),
            "2:29: `key`: a public key is written as `ed25519:` and the base64 of its 32 bytes, \
             as `rounds connector keygen` prints it",
        ),
        (
            trust("keys = [{ name = \"a\", file = \"p384.pem\" }]"),
            "2:30: `p384.pem`: this is a private key; a host needs the public one alone",
        ),
        (trust("kys = []"), "2:1: unknown key `kys`; did you mean `keys`?"),
    ]);
}

#[test]
fn a_registry_and_what_comes_from_it() {
    let before = |lines: &str| format!("{lines}\n{WARD}{APP}");
    let from = |from: &str| before(&format!("[[connector]]\nfrom = \"{from}\""));
    let registry =
        |further: &str| before(&format!("[[registry]]\nhost = \"r.example\"\n{further}"));
    let twice = "[[connector]]\nfrom = \"oci://r.example/a:1\"\n";
    check(&[
        (before("[[connector]]"), "1:1: a connector needs `from`"),
        (
            from("r.example/a:1"),
            "2:8: `from`: a connector of a registry is written as \
             `oci://registry.example/team/name:version`",
        ),
        (from("oci://r.example/a"), "2:8: `from`: it names no version: add one, as `:1.2.0`"),
        (
            before(&twice.repeat(2)),
            "4:8: a second connector `oci://r.example/a:1`; the first is in line 2",
        ),
        (before("[[registry]]"), "1:1: a registry needs `host`"),
        (
            before("[[registry]]\nhost = \"https://r.example\""),
            "2:8: `host`: write a host, and its port if it has its own, as `registry.example:5000`",
        ),
        (
            registry("[[registry]]\nhost = \"r.example\""),
            "4:8: a second registry `r.example`; the first is in line 2",
        ),
        (
            registry("auth = { type = \"header\", name = \"x\", value = { env = \"TOKEN\" } }"),
            "3:17: `type`: a registry signs in with `none`, `basic` or `bearer`, not `header`",
        ),
        (
            registry("http = true"),
            "3:8: `http`: only a registry in a network of yours is asked by plain http; name its \
             network in `private_addresses`",
        ),
        (registry("htp = true"), "3:1: unknown key `htp`; did you mean `http`?"),
    ]);
}

#[test]
fn no_fault_shows_a_secret() {
    let text = further("auth = { type = \"bearer\", token = \"s3cr3t\" }")
        .replace("{ env = \"WHSEC\" }", "{ env = \"TOKEN\" }");
    let told = read(&text).unwrap_err();
    assert_eq!(told.len(), 2);
    assert!(!told.to_string().contains("s3cr3t"), "{told}");
}

#[test]
fn seals_that_seal_nothing() {
    let seal = |line: &str| format!("[host.seal]\n{line}\n{WARD}{APP}");
    let host = |line: &str| format!("[host]\n{line}\n{WARD}{APP}");
    let form =
        "{ env = \"NAME\" }, { file = \"path\" } or { command = [\"program\", \"argument\"] }";
    let text = "a key is 32 random bytes in base64 or hex, as of `openssl rand -base64 32`";
    let longer =
        "N:12: `payloads`: payloads are found by their receipts: at most as long as `delivered`";
    let dead = "1:1: `dead_letters`: dead letters wait for a person: at least `1h`, or `forever`";
    check(&[
        (
            seal("key = \"a2V5\""),
            &format!("2:7: `key`: a key never stands in this text; write {form}"),
        ),
        (seal("key = { }"), &format!("2:7: `key`: a key is written as {form}")),
        (seal("key = { env = \"NO\" }"), "2:15: the environment has no variable of this name"),
        (seal("key = { env = \"TOKEN\" }"), &format!("2:15: {text}")),
        (seal("key = { file = \"open.key\" }"), "2:16: others may read this file; `chmod 600` it"),
        (seal("key = { file = \"blank.txt\" }"), &format!("2:16: {text}")),
        (
            seal("key = { command = [] }"),
            "2:19: `command`: a command is a program and its arguments",
        ),
        (seal(""), "1:1: the seal needs `key`"),
        (host("dead_letters = \"0s\""), "2:16: `dead_letters`: this must be more than 0s"),
        (host("dead_letters = \"59m\""), &dead.replace("1:1", "2:16")),
        (
            host("delivered = \"59m\""),
            "2:13: `delivered`: this is kept by the hour: at least `1h`, `forever`, or `0s`",
        ),
        (host("payloads = \"31d\""), &longer.replace("N", "2")),
        (host("delivered = \"0s\"\npayloads = \"1h\""), &longer.replace("N", "3")),
        (host("payloads = \"forever\""), &longer.replace("N", "2")),
    ]);
}
