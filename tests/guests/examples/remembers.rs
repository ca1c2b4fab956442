//! Keeps what it is shown wherever it can, and looks everywhere for what somebody was shown.
#![allow(unsafe_code, clippy::print_stderr, reason = "it looks at memory that is not its own")]
#![cfg(target_arch = "wasm32")]

use std::{collections::BTreeSet, ptr, sync::Mutex};

use guests::*;

struct Guest;

/// For ever, if an instance lived so long.
static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// `canary-`, written so that this file's own memory does not hold it.
const CANARY: [u8; 7] = [0x9c, 0x9e, 0x91, 0x9e, 0x8d, 0x86, 0xd2];
const PAGE: usize = 64 << 10;

impl Behaviour for Guest {
    const NAME: &'static str = "remembers";

    fn poll(_: &Context, cursor: Option<&str>) -> Result<Request, Failure> {
        Ok(ask(cursor).query("seen", seen()))
    }

    fn changes(_: &Context, _: Option<&str>, answer: &Response) -> Result<Page, Failure> {
        keep(answer);
        read(answer)
    }

    fn collect(_: &Context, change: &Change, collected: &[Response]) -> Result<Step, Failure> {
        collected.iter().for_each(keep);
        eprintln!("seen {}", seen());
        match tell(change, collected)? {
            Step::Notify(mut told) => {
                told.payload = format!(r#"{{"seen":"{}","told":{}}}"#, seen(), told.payload);
                Ok(told.into())
            }
            step => Ok(step),
        }
    }
}

fn keep(answer: &Response) {
    if let Ok(mut kept) = KEPT.lock() {
        kept.push(answer.text().unwrap_or_default().into());
    }
}

/// Whose canaries are anywhere in memory, also in what is had anew.
fn seen() -> String {
    core::arch::wasm32::memory_grow::<0>(4);
    let size = core::arch::wasm32::memory_size::<0>() * PAGE;
    let mut found = BTreeSet::new();
    for at in 1..size - CANARY.len() - 1 {
        if (0..CANARY.len()).all(|ahead| byte(at + ahead) == !CANARY[ahead]) {
            found.insert(char::from(byte(at + CANARY.len())));
        }
    }
    found.into_iter().collect()
}

fn byte(at: usize) -> u8 {
    // SAFETY: all of a guest's memory may be read.
    unsafe { ptr::read_volatile(at as *const u8) }
}

guest!(Guest);
