//! `host.connectors`: a folder, or the folder in service and one beside it.

use std::path::{Component, Path, PathBuf};

use toml::de::DeValue;

use super::value::Value;

/// Where connectors are.
pub(super) struct Folders {
    pub(super) in_service: PathBuf,
    pub(super) shadow: Option<PathBuf>,
}

/// One of a list.
enum Folder {
    InService(PathBuf),
    Shadow(PathBuf),
}

pub(super) fn read(value: Value<'_>) -> Option<Folders> {
    let DeValue::Array(_) = value.tree() else {
        return Some(Folders { in_service: value.path()?, shadow: None });
    };
    let (mut in_service, mut shadows) = (Vec::new(), Vec::new());
    let written = value.clone().list(|value| Some(folder(value)))?;
    for folder in written {
        match folder? {
            Folder::InService(path) => in_service.push(path),
            Folder::Shadow(path) => shadows.push(path),
        }
    }
    let (Ok([in_service]), true) = (<[_; 1]>::try_from(in_service), shadows.len() <= 1) else {
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

/// A path, or a table that says what the folder is for.
fn folder(value: Value<'_>) -> Option<Folder> {
    if !value.tree().is_table() {
        return value.path().map(Folder::InService);
    }
    let mut table = value.table("a folder of connectors")?;
    let path = table.need("folder", Value::path);
    let shadow = table.get("shadow", Value::boolean).unwrap_or(false);
    table.finish();
    path.map(if shadow { Folder::Shadow } else { Folder::InService })
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
