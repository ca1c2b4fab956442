//! What is left of a process that dies: where it died, and nothing of what it held.
//!
//! Its memory holds patients' data and secrets. So no core dump is made of it, and a panic tells
//! its place, but of its message only what was fixed when the program was built.

use std::{
    any::Any,
    panic::{self, PanicHookInfo},
};

use super::output;

/// Sees to the last words of this process.
pub(super) fn choose() {
    keep_memory();
    panic::set_hook(Box::new(|panicked| {
        let last_words = words(panicked);
        // Before a log is set up, nobody would hear of it there.
        match tracing::dispatcher::has_been_set() {
            true => tracing::error!("{last_words}"),
            false => output::note(&last_words),
        }
    }));
}

/// No core dump, and no other process of the same user looks into this one's memory.
#[cfg(target_os = "linux")]
fn keep_memory() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        output::note(&format!("core dumps cannot be switched off: {error}"));
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_memory() {}

fn words(panicked: &PanicHookInfo) -> String {
    let place = panicked.location().map(ToString::to_string).unwrap_or_default();
    format!("a defect of this program: panicked at {place}: {}", said(panicked.payload()))
}

fn said(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(its message may quote what it held)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_only_where_it_was_fixed_before() {
        assert_eq!(said(&"not a number"), "not a number");
        let quoted: Box<dyn Any + Send> = Box::new(format!("not a number: {}", "Ada Example"));
        assert!(!said(&*quoted).contains("Ada"));
    }
}
