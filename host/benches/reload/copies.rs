//! Many connectors of one: the same code under other names, and under the same name other bytes.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::clinic::Language;

const NAME: &[u8] = b"clinic";
/// The words that have it within, in Python by their hashes.
const ANOTHER_WORD: &[u8] = b"clinical";

/// What copies are made of.
pub(crate) struct Copies(Vec<Vec<u8>>);

impl Copies {
    pub(crate) fn read(clinics: Vec<(Language, PathBuf)>) -> Result<Self> {
        let read = |(_, path): (_, PathBuf)| {
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))
        };
        Ok(Self(clinics.into_iter().map(read).collect::<Result<_>>()?))
    }

    /// The connector of a place in the folder, as it was in that state.
    pub(crate) fn make(&self, place: usize, state: usize) -> Vec<u8> {
        let original = self.0.iter().cycle().nth(place).cloned().unwrap_or_default();
        let mut bytes = renamed(original, name(place).as_bytes());
        bytes.extend(section(&state.to_le_bytes()));
        bytes
    }
}

/// A name as long as the clinic's, so that every offset in the file stays true.
pub(crate) fn name(place: usize) -> String {
    format!("cl{place:04}")
}

fn renamed(mut bytes: Vec<u8>, name: &[u8]) -> Vec<u8> {
    let starts: Vec<_> = bytes
        .windows(ANOTHER_WORD.len())
        .enumerate()
        .filter(|(_, window)| window.starts_with(NAME) && *window != ANOTHER_WORD)
        .map(|(start, _)| start)
        .collect();
    for start in starts {
        let place = bytes.iter_mut().skip(start);
        place.zip(name).for_each(|(old, new)| *old = *new);
    }
    bytes
}

/// A custom section, which nobody reads, with this in it.
fn section(content: &[u8]) -> Vec<u8> {
    const CALLED: &[u8] = b"\x05state";
    let length = u8::try_from(CALLED.len() + content.len()).unwrap_or_default();
    [&[0, length], CALLED, content].concat()
}
