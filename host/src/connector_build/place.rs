//! Putting a connector's file where its author wants it: in one step, and over nothing that is no
//! connector.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::Error;

/// How every WebAssembly file begins.
const MAGIC: &[u8; 4] = b"\0asm";

/// Where a component was put, and over what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The file as it was asked for.
    pub file: PathBuf,
    /// The file that was written instead, where that is a link to it.
    pub behind: Option<PathBuf>,
    /// Whether a file was replaced that was no WebAssembly.
    pub replaced_other: bool,
}

/// A file that may be written.
pub(super) struct Place {
    file: PathBuf,
    behind: Option<PathBuf>,
    is_other: bool,
}

impl Place {
    /// Looks at what is there. A link is followed, as other tools do; what is behind it is judged
    /// like any file. What is no plain file is never replaced, and what is no WebAssembly where
    /// `force` says so alone; an empty file is nobody's work.
    ///
    /// # Errors
    /// [`Error::Taken`] where something else is there.
    pub(super) fn find(file: &Path, force: bool) -> Result<Self, Error> {
        let taken = |what: &'static str, remedy| Error::Taken {
            path: file.display().to_string(),
            what,
            remedy,
        };
        let unreadable =
            |source| Error::Io { what: format!("{} cannot be looked at", file.display()), source };
        let found = match fs::symlink_metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { file: file.into(), behind: None, is_other: false });
            }
            found => found.map_err(unreadable)?,
        };
        let behind = match found.is_symlink() {
            false => None,
            true => match fs::canonicalize(file) {
                Ok(behind) => Some(behind),
                Err(_) => return Err(taken("a link to nothing", "name a file")),
            },
        };
        let real = fs::metadata(file).map_err(unreadable)?;
        if real.is_dir() {
            return Err(taken("a folder", "name a file"));
        }
        if !real.is_file() {
            return Err(taken("no plain file", "name one"));
        }
        let is_other = real.len() > 0 && !is_wasm(file).map_err(unreadable)?;
        if is_other && !force {
            return Err(taken("no WebAssembly", "name another file, or replace it with --force"));
        }
        Ok(Self { file: file.into(), behind, is_other })
    }

    /// Writes a component there, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub(super) fn put(self, component: &Path) -> Result<Placed, Error> {
        let Self { file, behind, is_other } = self;
        let target = behind.as_ref().unwrap_or(&file);
        let mut draft = target.as_os_str().to_owned();
        draft.push(format!(".{}.draft", std::process::id()));
        let draft = PathBuf::from(draft);
        let written = copy(component, &draft).and_then(|()| fs::rename(&draft, target));
        if let Err(source) = written {
            // What is left of it is in nobody's way.
            drop(fs::remove_file(&draft));
            return Err(Error::Io {
                what: format!("{} cannot be written", file.display()),
                source,
            });
        }
        Ok(Placed { file, behind, replaced_other: is_other })
    }
}

/// Puts a component where it is wanted, in one step.
///
/// # Errors
/// [`Error::Taken`] where something else is there, [`Error::Io`] where it cannot be written.
pub fn place(component: &Path, output: &Path) -> Result<Placed, Error> {
    Place::find(output, false)?.put(component)
}

fn is_wasm(file: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(file)?.take(MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head == MAGIC)
}

/// A draft is a new file: what lies under its name is somebody else's.
fn copy(from: &Path, draft: &Path) -> io::Result<()> {
    let mut draft = OpenOptions::new().write(true).create_new(true).open(draft)?;
    io::copy(&mut File::open(from)?, &mut draft)?;
    draft.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const COMPONENT: &[u8] = b"\0asm new";

    /// A folder of its own with a component in it.
    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("rounds-place-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("built"), COMPONENT).unwrap();
        folder
    }

    fn refused(outcome: Result<Placed, Error>) -> String {
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn only_what_is_a_connector_is_replaced() {
        let folder = folder("files");
        let (built, file) = (folder.join("built"), folder.join("a.wasm"));
        let put = |force| Place::find(&file, force).and_then(|place| place.put(&built));
        for before in [None, Some(&b"\0asm old"[..]), Some(b"")] {
            before.inspect(|bytes| fs::write(&file, bytes).unwrap());
            let placed = put(false).unwrap();
            assert_eq!((placed.behind, placed.replaced_other), (None, false));
            assert_eq!(fs::read(&file).unwrap(), COMPONENT);
        }
        fs::write(&file, "a letter").unwrap();
        assert!(refused(put(false)).contains("no WebAssembly"));
        assert_eq!(fs::read(&file).unwrap(), b"a letter");
        assert!(put(true).unwrap().replaced_other);
        assert_eq!(fs::read(&file).unwrap(), COMPONENT);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "a draft is left");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_file_stays_as_it_is() {
        let folder = folder("others");
        let built = folder.join("built");
        fs::create_dir(folder.join("folder.wasm")).unwrap();
        for (name, what) in [("folder.wasm", "a folder"), ("/dev/null", "no plain file")] {
            for force in [false, true] {
                let put =
                    Place::find(&folder.join(name), force).and_then(|place| place.put(&built));
                assert!(refused(put).contains(what), "{name}");
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_link_is_followed_and_stays_a_link() {
        let folder = folder("links");
        let (built, link) = (folder.join("built"), folder.join("link.wasm"));
        fs::write(folder.join("behind"), b"\0asm old").unwrap();
        symlink("behind", &link).unwrap();
        let placed = place(&built, &link).unwrap();
        assert_eq!(placed.behind, Some(folder.join("behind").canonicalize().unwrap()));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(folder.join("behind")).unwrap(), COMPONENT);
        for (target, what) in [("nothing", "a link to nothing"), ("/dev/null", "no plain file")] {
            fs::remove_file(&link).unwrap();
            symlink(target, &link).unwrap();
            assert!(refused(place(&built, &link)).contains(what));
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
