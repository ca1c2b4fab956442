//! The pages in the repository are what the program prints.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use crate::config::{reference, schema};

/// Has the test write the pages.
const WRITE: &str = "ROUNDS_WRITE_PAGES";

#[test]
fn the_pages_are_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (page, text) in
        [("CONFIGURATION.md", reference::markdown()), ("rounds.schema.json", schema::text())]
    {
        let path = root.join(page);
        if std::env::var_os(WRITE).is_some() {
            fs::write(&path, &text).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == text,
            "{page} is not what the program prints; write it anew with \
             `{WRITE}=1 cargo test -p rounds --lib pages`"
        );
    }
}

#[test]
fn every_line_of_the_reference_fits_a_terminal() {
    for line in reference::markdown().lines() {
        assert!(line.chars().count() <= 100 || !line.trim_start().contains(' '), "{line}");
    }
}
