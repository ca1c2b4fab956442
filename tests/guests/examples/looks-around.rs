//! Tells what it finds of the world around it, which is to be nothing.
#![allow(clippy::disallowed_methods, reason = "the world's clocks are what it looks for")]

use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    net::TcpStream,
    time::{Instant, SystemTime},
};

use guests::*;
use serde_json::{Value, json};

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "looks-around";

    fn changes(context: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        let seen = look(context);
        let mut page = read(answer)?;
        for change in &mut page.changes {
            change.data = seen.to_string();
            // The world is no part of what the record says.
            change.content.clone_from(&change.version);
        }
        Ok(page)
    }

    fn collect(context: &Context, change: &Change, _: &[Response]) -> Result<Step, Failure> {
        let earlier: Value = serde_json::from_str(&change.data).unwrap_or_default();
        let payload = json!({ "changes": earlier, "collect": look(context) });
        Ok(Notification::new(EVENT, &payload)?.into())
    }
}

fn look(context: &Context) -> Value {
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let before = Instant::now();
    (0..1_000_000_u64).for_each(|number| assert_eq!(std::hint::black_box(number), number));
    json!({
        "now": context.now,
        "clock_ns": clock.as_nanos().to_string(),
        "passed_ns": before.elapsed().as_nanos().to_string(),
        "random": RandomState::new().hash_one(0).to_string(),
        "variables": env::vars().count(),
        "arguments": env::args().count(),
        "folder": fs::read_dir("/").map(Iterator::count).ok(),
        "file": fs::read("/etc/passwd").is_ok(),
        "written": fs::write("/tmp/guest", "x").is_ok(),
        "connected": TcpStream::connect("127.0.0.1:1").is_ok(),
        "refused": TcpStream::connect("127.0.0.1:1").err().map(|error| error.kind().to_string()),
        "input": std::io::stdin().lines().count(),
    })
}

guest!(Guest);
