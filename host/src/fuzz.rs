//! Fuzzing: what parses what others send, given what nobody would.
//!
//! A target runs as a test over its kept inputs in `host/fuzz/<target>/`, and over changes of them:
//! bytes flipped, parts repeated, cut, joined, and words of the format put where none belong. An
//! input that comes to something new is changed further. Whatever breaks a target is kept as an
//! input there. A build for release without a nightly toolchain does; coverage is not measured.
//!
//! In `cargo test` the changes are the same every time and few. As long as one likes, with others:
//!
//! ```text
//! ROUNDS_FUZZ_SECONDS=3600 cargo test -p rounds fuzz_ -- --nocapture
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests, which may look at the world's clock"
)]

use std::{
    collections::BTreeSet,
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// How many seconds each target runs, instead of [`FEW`] changes.
const SECONDS: &str = "ROUNDS_FUZZ_SECONDS";
const FEW: usize = 5_000;
/// The longest input that is made.
const LONGEST: usize = 16 << 10;
/// Inputs that are changed further.
const POOL: usize = 2_000;

/// Runs a target: it panics where a promise is broken, and answers what its input came to, in a
/// word or a few. `words` are those of the format.
pub(crate) fn fuzz(name: &str, words: &[&str], target: impl FnMut(&[u8]) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(name);
    let mut pool: Vec<_> = kept(&folder);
    assert!(!pool.is_empty(), "nothing is kept in {}", folder.display());
    let (mut run, mut seen) = (Run { folder, target }, BTreeSet::new());
    for input in &pool {
        seen.insert(run.one(input));
    }
    let (mut left, seed) = Left::new();
    let mut chance = StdRng::seed_from_u64(seed);
    let mut count = 0;
    while left.more() {
        let input = changed(&mut chance, &pool, words);
        count += 1;
        if seen.insert(run.one(&input)) && pool.len() < POOL {
            pool.push(input);
        }
    }
    eprintln!("{name}: {count} inputs with seed {seed}, {} outcomes", seen.len());
}

struct Run<T> {
    folder: PathBuf,
    target: T,
}

impl<T: FnMut(&[u8]) -> String> Run<T> {
    /// What an input comes to; one that breaks the target is kept.
    fn one(&mut self, input: &[u8]) -> String {
        match catch_unwind(AssertUnwindSafe(|| (self.target)(input))) {
            Ok(outcome) => outcome,
            Err(panic) => {
                let name = HEXLOWER.encode(&digest(&SHA256, input).as_ref()[..8]);
                let file = self.folder.join(format!("broke-{name}"));
                fs::write(&file, input).unwrap();
                eprintln!("{} is what broke it", file.display());
                resume_unwind(panic)
            }
        }
    }
}

fn kept(folder: &Path) -> Vec<Vec<u8>> {
    let files =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// How much is still to be done.
enum Left {
    Inputs(usize),
    Until(Instant),
}

impl Left {
    /// By the environment; with where chance begins.
    fn new() -> (Self, u64) {
        match env::var(SECONDS).ok().map(|text| text.parse().unwrap()) {
            None => (Self::Inputs(FEW), 1),
            Some(seconds) => {
                (Self::Until(Instant::now() + Duration::from_secs(seconds)), rand::random())
            }
        }
    }

    fn more(&mut self) -> bool {
        match self {
            Self::Inputs(left) => {
                *left = left.saturating_sub(1);
                *left > 0
            }
            Self::Until(end) => Instant::now() < *end,
        }
    }
}

/// One of the inputs, changed in one to five places.
fn changed(chance: &mut StdRng, pool: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = pool[chance.random_range(0..pool.len())].clone();
    for _ in 0..chance.random_range(1..=5) {
        change(chance, &mut input, pool, words);
    }
    input.truncate(LONGEST);
    input
}

fn change(chance: &mut StdRng, input: &mut Vec<u8>, pool: &[Vec<u8>], words: &[&str]) {
    let at = chance.random_range(0..=input.len());
    let end = (at + chance.random_range(0..16)).min(input.len());
    match chance.random_range(0..8) {
        0 => input[at..end].iter_mut().for_each(|byte| *byte ^= 1 << chance.random_range(0..8)),
        1 => drop(input.drain(at..end)),
        2 => input.truncate(at),
        3 => put(input, at, ODD[chance.random_range(0..ODD.len())]),
        4 if !words.is_empty() => {
            put(input, at, words[chance.random_range(0..words.len())].as_bytes());
        }
        5 => {
            let part = input[at..end].repeat(chance.random_range(1..64));
            put(input, at, &part);
        }
        6 => {
            let other = &pool[chance.random_range(0..pool.len())];
            let from = chance.random_range(0..=other.len());
            input.truncate(at);
            input.extend(&other[from..]);
        }
        _ => input[at..end].iter_mut().for_each(|byte| *byte = chance.random()),
    }
}

fn put(input: &mut Vec<u8>, at: usize, part: &[u8]) {
    drop(input.splice(at..at, part.iter().copied()));
}

/// What is read in two ways by somebody.
const ODD: [&[u8]; 14] = [
    b"\0",
    b"\r\n",
    b"%00",
    b"\xff\xff\xff\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    "\u{202e}".as_bytes(),
    "\u{e9}".as_bytes(),
    b"-1",
    b"18446744073709551616",
    b"1e400",
    b"../",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\0\0\0",
];
