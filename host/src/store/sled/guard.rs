//! Calls into sled that may panic, as its `open` does on damaged files.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What the call answers, or what it panicked with. The panic prints nothing: it becomes an
/// error that says more.
pub(super) fn quietly<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    hush();
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(before);
    result.map_err(|panic| message(panic.as_ref()))
}

/// Puts a hook before the process's own that passes on what other threads panic with.
fn hush() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                others(panic);
            }
        }));
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let first = text.and_then(|text| text.lines().next()).unwrap_or("no words");
    format!("sled panicked: {first}")
}
