//! The signature file beside a connector, read and written with care: a folder of connectors may
//! be another's to write to.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::{Error, LONGEST, key::KeyId, signers};

/// Where a connector's signature lies: `NAME.wasm.sig` beside `NAME.wasm`.
pub fn beside(connector: &Path) -> PathBuf {
    let mut name = connector.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// The signature file of a connector, where there is one; blocks. Of a file that is too long, one
/// byte more than may be is read, so that it is told as such.
///
/// # Errors
/// Where it is there and cannot be read, or is no plain file.
pub fn read(connector: &Path) -> io::Result<Option<Vec<u8>>> {
    // A pipe would otherwise wait for somebody to write.
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(beside(connector));
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Writes the signature file of a connector, whole or not at all; answers where. Blocks.
///
/// # Errors
/// Those of the file system.
pub fn write(connector: &Path, text: &str) -> io::Result<PathBuf> {
    let path = beside(connector);
    let draft = path.with_extension(format!("sig.{}.draft", std::process::id()));
    // A new file: what lies under a draft's name is somebody else's, as a link may be.
    let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(draft, &path)?;
    Ok(path)
}

/// What a connector's signature file says of itself, for a person to see; nothing is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// There is none.
    Unsigned,
    /// There is one for this very file, in the name of these keys.
    Signed(Vec<KeyId>),
    /// There is something else.
    Broken(Error),
}

/// Looks at a connector's signature file; `digest` is the connector's SHA-256 in hexadecimal.
/// Blocks.
///
/// # Errors
/// Where the file is there and cannot be read.
pub fn describe(connector: &Path, digest: &str) -> io::Result<Described> {
    Ok(match read(connector)?.map(|bytes| signers(digest, &bytes)) {
        None => Described::Unsigned,
        Some(Ok(keys)) => Described::Signed(keys),
        Some(Err(error)) => Described::Broken(error),
    })
}

impl std::fmt::Display for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsigned => f.write_str("none"),
            Self::Broken(error) => error.fmt(f),
            Self::Signed(keys) => {
                let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
                write!(f, "by key {}, not verified here", keys.join(" and "))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_a_plain_file_is_read() {
        let folder = std::env::temp_dir().join(format!("rounds-trust-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let wasm = folder.join("a.wasm");
        let sig = folder.join("a.wasm.sig");
        assert_eq!(read(&wasm).unwrap(), None);
        assert_eq!(describe(&wasm, "").unwrap(), Described::Unsigned);
        assert_eq!(write(&wasm, "text").unwrap(), sig);
        assert_eq!(read(&wasm).unwrap().unwrap(), b"text");
        assert!(matches!(describe(&wasm, "").unwrap(), Described::Broken(_)));
        fs::write(&sig, vec![b'x'; 1 << 20]).unwrap();
        assert_eq!(read(&wasm).unwrap().unwrap().len(), LONGEST + 1);
        fs::rename(&sig, folder.join("b")).unwrap();
        symlink(folder.join("b"), &sig).unwrap();
        assert_eq!(read(&wasm).unwrap().unwrap().len(), LONGEST + 1);
        fs::remove_file(&sig).unwrap();
        fs::create_dir(&sig).unwrap();
        assert!(read(&wasm).unwrap_err().to_string().contains("no plain file"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
