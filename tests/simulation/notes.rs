//! What hosts note of connectors in service: whole or not there, and for the next one to read.

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use rounds::service::Notes;
use tokio::time::sleep;

use super::{mutants::Mutant, world::World};

pub(super) struct WorldNotes(pub(super) Arc<World>);

#[async_trait]
impl Notes for WorldNotes {
    fn read(&self, connector: &str) -> Option<Vec<u8>> {
        let noted = self.0.lock().notes.get(connector).cloned();
        noted.filter(|_| !self.0.has(Mutant::ForgetsTrials))
    }

    async fn write(&self, connector: &str, note: Vec<u8>) -> io::Result<()> {
        let lasts = {
            let mut world = self.0.lock();
            let longest = world.plan.sync;
            world.chance.below(longest)
        };
        sleep(Duration::from_millis(lasts)).await;
        let mut world = self.0.lock();
        world.tell(format_args!("notes {} bytes of {connector}", note.len()));
        world.notes.insert(connector.into(), note);
        Ok(())
    }
}
