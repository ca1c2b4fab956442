//! Where it is noted what is in service, for those who keep it elsewhere than in the data folder.

use std::io;

use async_trait::async_trait;

/// Keeps a note for each connector's name.
#[async_trait]
pub trait Notes: Send + Sync + 'static {
    /// The last note of a name; `None` where there is none.
    fn read(&self, connector: &str) -> Option<Vec<u8>>;

    /// Replaces it. Once this answers `Ok` the note survives a power cut; until then either it or
    /// the one before does, whole.
    async fn write(&self, connector: &str, note: Vec<u8>) -> io::Result<()>;
}
