//! `kill -9` in the midst of work.

#![allow(clippy::print_stdout, reason = "how the process tells what it has done")]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use super::{
    ledger::{Ack, Ledger, work},
    *,
};

/// Names the folder for the process that is to be killed.
const FOLDER: &str = "ROUNDS_STORE_KILL";

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    for acknowledged in [1, 60, 400, 1500] {
        let folder = TestFolder::new();
        let ledger = work_and_die(&folder, acknowledged);
        ledger.check(&|| Box::new(folder.open())).await;
    }
}

/// Runs [`worker`] in a process of its own until it has acknowledged so much.
fn work_and_die(folder: &TestFolder, acknowledged: usize) -> Ledger {
    let name = format!("{}::worker", module_path!().split_once("::").unwrap().1);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name.as_str(), "--exact", "--nocapture", "--ignored"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ledger = Ledger::default();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    for ack in lines.by_ref().filter_map(|line| parse(&line)) {
        ledger.add(ack);
        if ledger.len() >= acknowledged {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died was true, too.
    lines.filter_map(|line| parse(&line)).for_each(|ack| ledger.add(ack));
    ledger
}

#[tokio::test]
#[ignore = "the process that is killed"]
async fn worker() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = SledStore::open(&Options::new(folder)).unwrap();
    let say = |ack| {
        println!("\n{}", print(&ack));
        true
    };
    work(&store, say).await;
}

fn print(ack: &Ack) -> String {
    match ack {
        Ack::Committed(revision, made) => {
            let made: Vec<String> = made.iter().map(u64::to_string).collect();
            format!("committed {revision} {} .", made.join(" "))
        }
        Ack::Filled(id, sequence) => format!("filled {id} {sequence} ."),
        Ack::Settling(id) => format!("settling {id} ."),
    }
}

/// The acknowledgement of a line that was printed to its end.
fn parse(line: &str) -> Option<Ack> {
    let (word, numbers) = line.strip_suffix(" .")?.split_once(' ')?;
    let mut numbers = numbers.split(' ').map(|number| number.parse().unwrap());
    Some(match word {
        "committed" => Ack::Committed(numbers.next()?, numbers.collect()),
        "filled" => Ack::Filled(numbers.next()?, numbers.next()?),
        _ => Ack::Settling(numbers.next()?),
    })
}
