//! The log on a disk: what verifies, and what shows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::PathBuf};

use super::*;
use crate::{clock::Manual, config::admin::Role, model::TaskId};

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("rounds-audit-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The log, as another process would open it.
    fn audit(&self) -> Audit {
        self.small_audit(HostSettings::default().audit_size)
    }

    /// The log in files of a size.
    fn small_audit(&self, audit_size: usize) -> Audit {
        let clock = Manual::at("2026-05-05T10:00:00Z".parse().unwrap());
        let host = HostSettings { data: self.0.clone(), audit_size, ..HostSettings::default() };
        Audit::of(&host, Arc::new(clock))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join("audit").join(name)
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("log.jsonl")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn write(&self, lines: &[String]) {
        fs::write(self.path("log.jsonl"), lines.join("\n") + "\n").unwrap();
    }

    /// What is wrong, in words.
    fn findings(&self) -> Vec<String> {
        let verdict = self.audit().verify().unwrap();
        verdict.findings.iter().map(Finding::to_string).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn event(name: &str) -> Event {
    let task = TaskId { connection: "general".into(), action: "orders".into() };
    let who = Who { name: name.into(), role: Some(Role::Reader) };
    Event::asked(&who, What::ShowDead, Subject::record(&task, "Patient/4711"))
        .became(Outcome::Done, Some(1))
}

/// A log with so many lines.
fn written(name: &str, count: usize) -> Place {
    let place = Place::new(name);
    let audit = place.audit();
    for number in 1..=count {
        assert_eq!(audit.append(&event(&format!("n{number}"))).unwrap(), number as u64);
    }
    place
}

#[test]
fn what_was_written_verifies_and_holds_no_value() {
    let place = written("whole", 3);
    assert_eq!(place.audit().append(&event("another process")).unwrap(), 4);
    let verdict = place.audit().verify().unwrap();
    assert!(verdict.is_whole() && verdict.notes.is_empty(), "{verdict:?}");
    assert_eq!(verdict.lines, 4);
    let entries = place.audit().entries().unwrap();
    assert_eq!((entries[0].who.as_str(), entries[0].role.as_deref()), ("n1", Some("reader")));
    assert_eq!(entries[0].of.as_deref(), Some("general/orders"));
    // The same record is the same hash, and no text of it is anywhere.
    assert_eq!(entries[0].record, entries[3].record);
    assert!(!format!("{:?}{:?}", place.lines(), event("n")).contains("4711"));
    for name in ["key", "head", "log.jsonl"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn whatever_was_done_to_a_log_shows_at_its_line() {
    let swap = |lines: &mut Vec<String>| lines.swap(2, 3);
    type Tamper = fn(&mut Vec<String>);
    let cases: [(&str, Tamper, &[&str]); 9] = [
        ("changed", |it| it[2] = it[2].replace("n3", "n9"), &["line 3 was changed"]),
        ("sequence", |it| it[2] = it[2].replace(":3,", ":7,"), &["line 3 was changed"]),
        ("missing", |it| drop(it.drain(1..3)), &["entries 2 to 3 are missing before line 2"]),
        ("inserted", |it| it.insert(2, it[1].replace("n2", "n9")), &["line 3 was put in"]),
        ("garbage", |it| it.insert(0, String::new()), &["line 1 was put in"]),
        (
            "twice",
            |it| it.insert(3, it[1].clone()),
            &["line 4 is not in its place, or there twice"],
        ),
        ("cut", |it| it.truncate(3), &["entries 4 to 5 were cut off at the end, after line 3"]),
        (
            "all",
            Vec::clear,
            &["line 1 was changed", "entries 2 to 5 were cut off at the end, after line 1"],
        ),
        ("added", |it| it.push("{}".into()), &["line 6 was put in"]),
    ];
    for (name, tamper, expected) in cases {
        let place = written(name, 5);
        let mut lines = place.lines();
        tamper(&mut lines);
        place.write(&lines);
        assert_eq!(place.findings(), expected, "{name}");
    }
    let place = written("moved", 5);
    let mut lines = place.lines();
    swap(&mut lines);
    place.write(&lines);
    assert_eq!(
        place.findings(),
        ["entries 3 to 3 are missing before line 3", "line 4 is not in its place, or there twice"]
    );
}

#[test]
fn a_cut_shows_for_ever_also_behind_new_lines() {
    let place = written("later", 5);
    place.write(&place.lines()[..3]);
    assert_eq!(place.audit().append(&event("later")).unwrap(), 6);
    assert_eq!(place.findings(), ["entries 4 to 5 are missing before line 4"]);
}

#[test]
fn a_head_that_is_gone_or_forged_shows() {
    let place = written("head", 5);
    let noted = place.audit().verify().unwrap().head().unwrap();
    let head = fs::read_to_string(place.path("head")).unwrap();
    let forged = head.replacen('5', "3", 1);
    for text in [None, Some(forged)] {
        match text {
            Some(text) => fs::write(place.path("head"), text).unwrap(),
            None => fs::remove_file(place.path("head")).unwrap(),
        }
        assert_eq!(place.findings().len(), 1);
    }
    // Going on does not hide it.
    place.audit().append(&event("later")).unwrap();
    assert_eq!(place.findings().len(), 1);
    let mut verdict = place.audit().verify().unwrap();
    verdict.compare(&noted);
    assert_eq!(verdict.findings.len(), 1);
    verdict.compare("5:00");
    assert_eq!(verdict.findings[1].broken, Broken::Another);
}

#[test]
fn a_torn_line_is_a_crash_s_and_is_mended() {
    let place = written("torn", 2);
    let whole = fs::read(place.path("log.jsonl")).unwrap();
    for torn in ["{", r#"{"sequence":3,"at":"2026"#] {
        fs::write(place.path("log.jsonl"), [&whole, torn.as_bytes()].concat()).unwrap();
        let verdict = place.audit().verify().unwrap();
        assert!(verdict.is_whole(), "{verdict:?}");
        assert_eq!(verdict.notes.len(), 1);
    }
    place.audit().mend().unwrap();
    let verdict = place.audit().verify().unwrap();
    assert!(verdict.is_whole() && verdict.notes.len() == 1, "{verdict:?}");
    assert_eq!(place.audit().entries().unwrap()[2].what, What::Repair);
    // Torn off by somebody else: the head knows that the line was whole.
    let place = written("torn-off", 3);
    let whole = fs::read(place.path("log.jsonl")).unwrap();
    fs::write(place.path("log.jsonl"), &whole[..whole.len() - 9]).unwrap();
    let expected = ["entries 3 to 3 were cut off at the end, after line 2"];
    assert_eq!(place.findings(), expected);
    place.audit().mend().unwrap();
    assert_eq!(place.findings(), ["entries 3 to 3 are missing before line 3"]);
}

#[test]
fn a_line_that_the_head_does_not_name_yet_counts() {
    let place = written("ahead", 2);
    let head = fs::read(place.path("head")).unwrap();
    place.audit().append(&event("n3")).unwrap();
    fs::write(place.path("head"), head).unwrap();
    assert_eq!(place.findings(), [] as [&str; 0]);
    assert_eq!(place.audit().append(&event("n4")).unwrap(), 4);
    assert_eq!(place.findings(), [] as [&str; 0]);
}

#[test]
fn without_its_key_nothing_is_written() {
    let place = written("key", 1);
    fs::rename(place.path("key"), place.path("away")).unwrap();
    assert!(matches!(place.audit().append(&event("n2")), Err(Error::KeyMissing(_))));
    fs::write(place.path("key"), "00").unwrap();
    assert!(matches!(place.audit().append(&event("n2")), Err(Error::KeyDamaged(_))));
    fs::rename(place.path("away"), place.path("key")).unwrap();
    assert_eq!(place.audit().append(&event("n2")).unwrap(), 2);
    let nowhere = Place::new("nowhere");
    assert!(matches!(nowhere.audit().verify(), Err(Error::NotThere(_))));
}

#[test]
fn many_writers_make_one_chain() {
    let place = Place::new("many");
    let (one, other) = (place.audit(), place.audit());
    std::thread::scope(|scope| {
        for audit in [&one, &other, &one] {
            scope.spawn(move || (0..20).for_each(|_| assert!(audit.append(&event("n")).is_ok())));
        }
    });
    assert_eq!(place.findings(), [] as [&str; 0]);
    assert_eq!(place.lines().len(), 60);
}

/// A log whose files have three lines each, with so many.
fn rotated(name: &str, count: usize) -> Place {
    let place = Place::new(name);
    let line = written(&format!("line-{name}"), 2).lines()[1].len();
    let audit = place.small_audit(line * 2 + line / 2);
    for number in 1..=count as u64 {
        assert_eq!(audit.append(&event("n1")).unwrap(), number);
    }
    place
}

#[test]
fn a_log_goes_on_in_a_new_file_and_stays_one_chain() {
    let place = rotated("rotated", 8);
    assert_eq!(place.lines().len(), 2);
    assert!(place.path("log.3.jsonl").exists() && place.path("log.6.jsonl").exists());
    assert_eq!(place.findings(), [] as [&str; 0]);
    let verdict = place.audit().verify().unwrap();
    assert_eq!(verdict.lines, 8);
    let sequences: Vec<_> = place.audit().entries().unwrap().iter().map(|it| it.sequence).collect();
    assert_eq!(sequences, (1..=8).collect::<Vec<_>>());
    // What is archived elsewhere is missing here, and what was done to the rest shows at its place.
    let old = fs::read_to_string(place.path("log.6.jsonl")).unwrap();
    for (file, text, expected) in [
        ("log.6.jsonl", Some(old.replacen("n1", "n9", 1)), "line 1 of log.6.jsonl was changed"),
        ("log.6.jsonl", Some(old[..old.len() - 9].into()), "line 3 of log.6.jsonl was changed"),
        ("log.6.jsonl", None, "entries 4 to 6 are missing before line 1"),
    ] {
        match text {
            Some(text) => fs::write(place.path(file), text).unwrap(),
            None => fs::remove_file(place.path(file)).unwrap(),
        }
        assert_eq!(place.findings(), [expected]);
    }
    fs::write(place.path("log.6.jsonl"), old).unwrap();
    fs::remove_file(place.path("log.3.jsonl")).unwrap();
    assert_eq!(place.findings(), ["entries 1 to 3 are missing before line 1 of log.6.jsonl"]);
}

#[test]
fn a_file_that_is_gone_at_the_end_shows() {
    let place = rotated("gone", 8);
    fs::remove_file(place.path("log.jsonl")).unwrap();
    assert_eq!(place.findings(), ["entries 7 to 8 were cut off at the end, after line 0"]);
    // A log goes on from what its head says, or from its older file where that is gone, too.
    assert_eq!(place.audit().append(&event("later")).unwrap(), 9);
    assert_eq!(place.findings(), ["entries 7 to 8 are missing before line 1"]);
    fs::remove_file(place.path("log.jsonl")).unwrap();
    fs::remove_file(place.path("head")).unwrap();
    assert_eq!(place.audit().append(&event("later")).unwrap(), 8);
    assert_eq!(place.findings().len(), 1, "{:?}", place.findings());
}

#[test]
fn many_writers_go_on_in_new_files_together() {
    let place = Place::new("together");
    let (one, other) = (place.small_audit(1000), place.small_audit(1000));
    std::thread::scope(|scope| {
        for audit in [&one, &other, &one] {
            scope.spawn(move || (0..40).for_each(|_| assert!(audit.append(&event("n")).is_ok())));
        }
    });
    assert_eq!(place.findings(), [] as [&str; 0]);
    assert_eq!(place.audit().entries().unwrap().len(), 120);
}
