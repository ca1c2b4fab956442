//! `ERRORS.md`: what this host tells where something does not work, and which test provokes it.
//!
//! The page is made here, from the errors' own words. An error without a row does not compile, and
//! a row whose test does not name it fails.

#![allow(clippy::unwrap_used, reason = "tests")]

mod asked;
mod connectors;
mod polls;
mod reached;

use std::{fmt::Write, fs, path::Path};

const HEAD: &str = "\
# What goes wrong, and what is to be done

What stands here is told in the log, by `rounds status`, and of dead letters, behind the name of the
connection, destination or registry that it is about. It never holds a patient's data or a secret: of
an answer its status and what closed lists have, of a request what its connector declares. `…` stands
for what differs. A dead letter says the same, with how long it was tried: `…, at every attempt for
3d`. In the log, `asked` says of a failed poll what it had asked last, as its connector
declares it, and how that was answered: `GET /Patient/*, answered 500`.

Made from the program's own words by the test `errors::the_page_is_what_the_program_says`, which
`ROUNDS_WRITE_PAGES=1` has write it anew. Each row names the test that provokes it.
";

/// One error.
struct Row {
    /// What is told, with examples of what differs.
    told: String,
    /// The test's file below the repository, and a text of it that names the error; no file where
    /// no test can have it happen.
    proof: (&'static str, &'static str),
}

fn row(told: impl ToString, file: &'static str, needle: &'static str) -> Row {
    Row { told: told.to_string(), proof: (file, needle) }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let chapters = [
        ("A request that is not sent", asked::rows()),
        ("A server that is not reached", reached::rows()),
        ("An answer that is not taken", reached::answers()),
        ("Signing in", reached::sign_in()),
        ("What a connector says, or does", connectors::rows()),
        ("A poll that ends early", polls::rows()),
        ("A destination's answer", connectors::destinations()),
        ("The start, and the store", polls::start_and_store()),
    ];
    for (title, rows) in chapters {
        write!(page, "\n## {title}\n\n| it says | provoked in |\n| --- | --- |\n").unwrap();
        for Row { told, proof: (file, _) } in rows {
            let proof = match file {
                "" => "nothing that a test can do".to_owned(),
                file => format!("`{file}`"),
            };
            writeln!(page, "| {} | {proof} |", told.replace('|', "\\|")).unwrap();
        }
    }
    page
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_page_is_what_the_program_says() {
    let file = root().join("ERRORS.md");
    let page = page();
    if std::env::var_os("ROUNDS_WRITE_PAGES").is_some() {
        fs::write(&file, &page).unwrap();
    }
    assert!(
        fs::read_to_string(file).unwrap_or_default() == page,
        "ERRORS.md is not what the program says: ROUNDS_WRITE_PAGES=1 cargo test -p rounds --lib errors::"
    );
}

#[test]
fn each_error_has_a_test_that_names_it() {
    let chapters = [
        asked::rows(),
        reached::rows(),
        reached::answers(),
        reached::sign_in(),
        connectors::rows(),
        connectors::destinations(),
        polls::rows(),
        polls::start_and_store(),
    ];
    for Row { told, proof: (file, needle) } in chapters.into_iter().flatten() {
        if file.is_empty() {
            continue;
        }
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains(needle), "{file} does not provoke {needle:?}: {told}");
    }
}
