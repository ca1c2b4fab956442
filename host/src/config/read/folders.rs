//! `host.connectors`: a folder, or the folder in service and one beside it.

use std::path::{Component, Path, PathBuf};

use super::{
    form::Form,
    kind::Kind,
    plain::{boolean, path},
    value::Value,
};
use crate::config::shape::Shape;

/// Where connectors are.
pub(super) struct Folders {
    pub(super) in_service: PathBuf,
    pub(super) shadow: Option<PathBuf>,
}

/// One of a list.
#[derive(Default)]
struct Folder {
    path: Option<PathBuf>,
    is_shadow: bool,
}

pub(super) fn folders() -> Kind<Folders> {
    let alone =
        path("\"connectors\"").then(|_, in_service| Some(Folders { in_service, shadow: None }));
    alone.or_list(several())
}

fn several() -> Kind<Folders> {
    // What is wrong with one is told of it, and of nothing else.
    let one = folder();
    let shape = Shape::List { of: Box::new(one.shape), least: 1, most: Some(2) };
    let read = one.read;
    Kind::new(shape, move |value| {
        let folders = value.clone().list("[\"connectors\"]", |it| Some(read(it)))?;
        both(&value, folders.into_iter().collect::<Option<_>>()?)
    })
}

fn both(value: &Value<'_>, folders: Vec<(PathBuf, bool)>) -> Option<Folders> {
    let (shadows, in_service): (Vec<_>, Vec<_>) = folders.into_iter().partition(|(_, is)| *is);
    let mut shadows: Vec<_> = shadows.into_iter().map(|(path, _)| path).collect();
    let (Ok([(in_service, _)]), true) = (<[_; 1]>::try_from(in_service), shadows.len() <= 1) else {
        return value.bad(
            "there is one folder in service, and one beside it at most: \
             [\"connectors\", { folder = \"candidates\", shadow = true }]",
        );
    };
    let shadow = shadows.pop();
    if shadow.as_ref().is_some_and(|shadow| is_same(shadow, &in_service)) {
        return value.bad("the folder in service cannot be the one beside it as well");
    }
    Some(Folders { in_service, shadow })
}

/// A path, or a table that says what the folder is for: the path, and whether it is beside.
fn folder() -> Kind<(PathBuf, bool)> {
    let form = Form::new(
        "a folder of connectors",
        "One of the list that `connectors` may be.",
        Folder::default,
    )
    .need("folder", path("\"candidates\""), "The folder, seen from that of `rounds.toml`.", |it| {
        &mut it.path
    })
    .set(
        "shadow",
        boolean(),
        "Whether its connectors run beside those of the same name in service, are given all \
                 that these are given, and tell nobody.",
        |it| &mut it.is_shadow,
    );
    let table = form.finish(|_, folder| Some((folder.path?, folder.is_shadow)));
    path("\"connectors\"").then(|_, path| Some((path, false))).or_table(table)
}

/// Whether two paths lead to one folder, by their text or on this machine.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    let parts = |path: &Path| {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        parts.collect::<PathBuf>()
    };
    parts(one) == parts(other) || real(one).is_some_and(|one| real(other) == Some(one))
}
