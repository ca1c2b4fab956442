//! `[connection.actions]`: what is polled, and when.

use serde_json::json;

use super::{
    connection,
    form::Form,
    kind::Kind,
    plain::{self, boolean, choice, duration, span, text},
    table::{Table, belongs},
    value::Value,
};
use crate::{
    config::{Since, Task},
    duration as spans,
    poll::LATE,
    schedule::{
        cadence::{Cadence, SHORTEST},
        cron::{self, CronLine},
    },
};

/// What is written of when something runs.
#[derive(Default)]
struct When {
    every: Option<Cadence>,
    cron: Option<String>,
    time_zone: Option<String>,
}

/// What is written of an action.
struct Draft {
    when: When,
    since: Option<Since>,
    late: std::time::Duration,
    sweep: Option<Cadence>,
    baseline: bool,
    enabled: bool,
}

pub(super) fn actions() -> Kind<Vec<Task>> {
    let Kind { shape, read, .. } = action().named("appointments").count(1, None);
    Kind::new(shape, move |value| {
        let tree = value.tree();
        if tree.as_table().is_some_and(|actions| actions.is_empty()) {
            return value.refuse("a connection without actions is never polled");
        }
        Some(read(value)?.into_iter().map(|(_, task)| task).collect())
    })
}

fn action() -> Kind<Task> {
    let blank = || Draft {
        when: When::default(),
        since: None,
        late: LATE,
        sweep: None,
        baseline: false,
        enabled: true,
    };
    let form = Form::new(
        "an action",
        "A kind of record of a connection, which its connector names, and when it is polled.",
        blank,
    );
    let form = timed(form, |it| &mut it.when)
        .may(
            "since",
            connection::since(),
            "From when changes are wanted while there is no cursor yet: a time with its offset, or a \
             span before the first poll. Without it, the connection's.",
            |it| &mut it.since,
        )
        .set(
            "late",
            span(),
            "How late what the EHR shows may be and is found all the same: now and then it is asked \
             again from so long ago. `\"0s\"` asks for nothing again.",
            |it| &mut it.late,
        )
        .may(
            "sweep",
            sweep(),
            "When all records that there are are read beside the polls, to tell what these never \
             showed and what is gone. Without it, never. The connector has to list them.",
            |it| &mut it.sweep,
        )
        .set(
            "first",
            first(),
            "What is told of records that were there before the first poll: `baseline` reads them all \
             and remembers them, so that a later change of theirs is told as a change; `changes` does \
             not read them. Neither tells anybody of them, but for what changed after `since`.",
            |it| &mut it.baseline,
        )
        .set(
            "enabled",
            boolean(),
            "Whether it is polled at all. One that is not keeps its cursor.",
            |it| &mut it.enabled,
        );
    let kind = form.finish(|table, draft| {
        let task = Task::new(table.key(), cadence(table, draft.when)?);
        let Draft { since, late, sweep, baseline, enabled, .. } = draft;
        Some(Task { place: table.key_place(), since, late, sweep, baseline, enabled, ..task })
    });
    let Kind { shape, read, .. } = kind;
    Kind::new(shape, move |value| match value.tree().is_table() {
        true => read(value),
        false => no_action(&value),
    })
}

/// In TOML all that follows `[connection.actions]` is one of the actions.
fn no_action<T>(value: &Value<'_>) -> Option<T> {
    match belongs(value.key(), value.source.book) {
        Some(meant) => value.refuse(format!(
            "`{}` stands among the actions, each of which is a table; {meant}, and above \
             [connection.actions]",
            value.key()
        )),
        None => value.wrong("a table, as { every = \"10m\" }"),
    }
}

/// When a listing is read beside a feed.
fn sweep() -> Kind<Cadence> {
    let form = Form::new(
        "a sweep",
        "When the whole listing of an action is read beside its polls.",
        When::default,
    );
    timed(form, |it| it).finish(cadence)
}

/// A table that says when something runs.
fn timed<T: 'static>(
    form: Form<T>,
    place: impl Fn(&mut T) -> &mut When + Copy + 'static,
) -> Form<T> {
    let form = form
        .may(
            "every",
            every(),
            "The time from one to the next; at least 1s. Either this or `cron`; there is no default.",
            move |it| &mut place(it).every,
        )
        .may(
            "cron",
            line(),
            "A cron line of five fields: minute, hour, day of month, month, day of week.",
            move |it| &mut place(it).cron,
        )
        .may(
            "time_zone",
            text(),
            "The time zone of `cron`, by its IANA name, as `Europe/Berlin`; without it, UTC.",
            move |it| &mut place(it).time_zone,
        );
    let form = form.one_of(&["every", "cron"], |table, is_both| {
        let name = table.key();
        table.refuse(match is_both {
            true => format!("`{name}` has `every` or `cron`, not both"),
            false => format!(
                "`{name}` has no interval, and there is no default: \
                 write every = \"10m\" or cron = \"0 6 * * *\""
            ),
        });
    });
    form.beside("time_zone", "cron", |table, _| {
        table.refuse_value("time_zone", "`time_zone` goes with `cron` only");
    })
}

fn every() -> Kind<Cadence> {
    duration().then(|value, every| match every {
        every if every < SHORTEST => {
            value.bad(format!("this must be at least {}", spans::Show(SHORTEST)))
        }
        every => Some(Cadence::Every(every)),
    })
}

fn line() -> Kind<String> {
    let schema = json!({ "type": "string", "pattern": r"^\s*(\S+\s+){4}\S+\s*$" });
    Kind::plain("cron line", "\"0 6 * * *\"", schema, |it| it.owned())
}

/// What is told of what is there before the first poll.
fn first() -> Kind<bool> {
    let Kind { shape, .. } = choice("unknown", [("changes", false), ("baseline", true)]);
    let read = |value: Value<'_>| match value.clone().text()? {
        "baseline" => Some(true),
        "changes" => Some(false),
        _ => value.bad(
            "write `baseline`, for what is there to be remembered and told to nobody, or \
             `changes`, for it not to be read at all",
        ),
    };
    let show = |is: &bool| Some(plain::quoted(if *is { "baseline" } else { "changes" }));
    Kind::new(shape, read).shown(show)
}

/// What is written, as what runs; `None` where its rule has told what is wrong.
fn cadence(table: &Table<'_>, When { every, cron, time_zone }: When) -> Option<Cadence> {
    let Some(line) = cron else { return every };
    let zone = time_zone.as_deref().unwrap_or("UTC");
    match CronLine::parse(&line, zone) {
        Ok(line) => Some(Cadence::Cron(line)),
        Err(error) => {
            let key = match error {
                cron::Error::TimeZone { .. } => "time_zone",
                _ => "cron",
            };
            table.refuse_value(key, &error.to_string());
            None
        }
    }
}
