//! `[host.limits]`.

use super::{
    form::Form,
    kind::Kind,
    plain::{count, duration, size, size_to},
    table::Table,
};
use crate::config::{Limits, size};

/// What a connector can address.
const ADDRESSABLE: usize = 4 << 30;

/// What is written of limits.
#[derive(Default)]
struct Draft {
    limits: Limits,
    held_answers: Option<usize>,
}

pub(super) fn limits() -> Kind<Limits> {
    let form = Form::new(
"the limits","What connectors and EHRs are allowed. An error that a limit caused names it. Sizes are in \
         bytes, or with a unit.",Draft::default)
.set(
                "guest_cpu",
                duration(),
                "CPU time of one call of a connector.",
                |it| &mut it.limits.guest_cpu,
            )
.set(
                "guest_wall",
                duration(),
                "Time of one call of a connector by the clock on the wall.",
                |it| &mut it.limits.guest_wall,
            )
.set("guest_memory", size_to(ADDRESSABLE), "A connector's memory, which is 4GiB at most.", |it| &mut it.limits.guest_memory)
.set(
                "answer_body",
                size(),
                "One answer of an EHR, after decompression. Where pages are larger, a smaller page \
                 size in the connector's settings helps as well.",
                |it| &mut it.limits.answer_body,
            )
.may(
                "held_answers",
                size(),
                "EHRs' answers that are in memory at once, over all connections; half of it for one \
                 of them. What finds no room is asked for again in its turn. Without it 512MiB, and \
                 more where `guest_memory` and `answer_body` need it; at least what one change needs.",
                |it| &mut it.held_answers,
            )
.set("page_changes", count(), "Changes in a page.", |it| &mut it.limits.page_changes)
.set("poll_pages", count(), "Pages in a poll.", |it| &mut it.limits.poll_pages)
.set("cursor", size(), "A cursor.", |it| &mut it.limits.cursor)
.set("memo", size(), "What is remembered of one record.", |it| &mut it.limits.memo)
.set("payload", size(), "A notification's payload.", |it| &mut it.limits.payload)
.set(
                "collect_steps",
                count(),
                "Times that a connector may ask for more before a notification is whole.",
                |it| &mut it.limits.collect_steps,
            )
.set(
                "step_requests",
                count(),
                "Requests in one such time.",
                |it| &mut it.limits.step_requests,
            )
.set(
                "compile_time",
                duration(),
                "Time to compile a connector by the clock on the wall.",
                |it| &mut it.limits.compile_time,
            )
.set(
                "compile_memory",
                size(),
                "Memory to compile a connector.",
                |it| &mut it.limits.compile_memory,
            )
.set(
                "log_lines",
                count(),
                "Lines that a connector logs in one call; what is beyond is cut off.",
                |it| &mut it.limits.log_lines,
            )
.set("log_line", size(), "One such line.", |it| &mut it.limits.log_line);
    form.finish(held)
}

/// By default enough is held for two changes, whatever one may take.
fn held(table: &Table<'_>, Draft { mut limits, held_answers }: Draft) -> Option<Limits> {
    let one = limits.one_change();
    // Of what is held, an eighth is for short answers.
    let least = one.saturating_add(one / 6);
    limits.held_answers = held_answers.unwrap_or(limits.held_answers.max(least.saturating_mul(2)));
    if limits.held_answers >= least {
        return Some(limits);
    }
    let least = size::show(least.div_ceil(1 << 20).saturating_mul(1 << 20));
    table.bad_value(
        "held_answers",
        format!(
            "this must be at least {least}, for all that may be answered about one change \
             (`guest_memory` and `answer_body`)"
        ),
    )
}
