//! The files that the log went on from. Each has the number of its last entry in its name, so that
//! they have an order, and one that is gone shows by the entries that are missing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// An older file's name.
pub(super) fn name(last: u64) -> String {
    format!("log.{last}.jsonl")
}

/// The older files of a folder by their names, oldest first.
pub(super) fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        if let Some(name) = name
            && let Some(last) = last(&name)
        {
            found.push((last, name, path));
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, name, path)| (name, path)).collect())
}

fn last(name: &str) -> Option<u64> {
    name.strip_prefix("log.")?.strip_suffix(".jsonl")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_is_known_by_its_name() {
        assert_eq!(last(&name(57)), Some(57));
        for other in ["log.jsonl", "log..jsonl", "log.57.jsonl.1-0.draft", "head", "log.x.jsonl"] {
            assert_eq!(last(other), None, "{other}");
        }
    }
}
