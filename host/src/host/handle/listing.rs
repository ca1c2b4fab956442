//! Listings that are held for a person, as so much of them is missing at once.

use super::Handle;
use crate::{
    host::sweep,
    model::TaskId,
    store::{Error, Held},
};

impl Handle {
    /// Has what is missing in a task's listing told as gone, or the listing forgotten and read anew;
    /// either begins at once. `None` where nothing of it is held. To be awaited to its end: the
    /// listing is not read meanwhile.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn decide_listing(&self, id: &TaskId, accept: bool) -> Result<Option<Held>, Error> {
        let Some(task) = self.tasks.get(id) else { return Ok(None) };
        let deciding = async {
            let held = self.store.task(id)?.listing.held;
            let is_decided = self.store.decide_listing(id, accept).await?;
            if is_decided {
                let listing = self.store.task(id)?.listing;
                self.status.sweep(id, |sweep| sweep.listing = listing);
            }
            Ok(held.filter(|_| is_decided))
        };
        let held = task.between_polls(deciding).await?;
        if held.is_some() {
            // Whichever of them reads the listing: the other has nothing to do with it.
            self.scheduler.wake(sweep::id(id));
            self.scheduler.wake(id.clone());
        }
        Ok(held)
    }
}
