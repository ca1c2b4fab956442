//! The lock file while the host runs: what it newly names is offered like a file of the folder.

use std::{path::Path, time::Duration};

use super::{File, Reloader, load};
use crate::{clock, oci};

/// How long to wait until registries are asked again.
const AGAIN: Duration = Duration::from_mins(1);

impl Reloader {
    /// Looks at the lock file and deals with what it newly names.
    pub(super) async fn look_at_lock(&mut self) {
        let Some(lock) = self.options.lock.path().map(Path::to_path_buf) else { return };
        let now = self.options.clock.steady();
        let is_due = self.ask_again.is_some_and(|due| due <= now);
        if !self.options.lock.changed() && !is_due {
            return;
        }
        self.ask_again = None;
        let paths = match oci::provide(&self.options.config).await {
            Ok(paths) => paths,
            Err(error) => {
                self.ask_again = Some(clock::after(now, AGAIN));
                return self.refuse(&lock, &error.to_string());
            }
        };
        self.tell(&lock, None);
        for path in paths {
            match self.offer_locked(&path).await {
                Ok(()) => self.tell(&path, None),
                Err(why) => self.refuse(&path, &why),
            }
        }
    }

    async fn offer_locked(&mut self, path: &Path) -> Result<(), String> {
        let Self { options, .. } = self;
        let file = File::read_named(path).await.map_err(|error| error.to_string())?;
        let loaded = load(&options.engine, &options.config, path, &file).await;
        let connector = loaded.map_err(|why| why.to_string())?;
        options.folder.sight.elsewhere(path, connector.manifest().name.clone());
        self.offer(path, connector, file).await
    }
}
