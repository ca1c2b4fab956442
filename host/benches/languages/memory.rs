//! What a guest takes of memory.

use std::fs;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::calls::Calls;

/// Guests that live at once while it is measured.
pub(crate) const LIVE: usize = 8;

/// Bytes a guest.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Pages of its own, once it was called for little.
    pub(crate) idle: u64,
    /// The same after a long page.
    pub(crate) after_page: u64,
    /// What it may touch then, as the host counts it against the limit.
    pub(crate) linear: usize,
}

/// Has so many guests live at once, and sees what the process has more than before.
pub(crate) async fn measure(calls: &Calls) -> Result<Memory> {
    let mut guests = Vec::new();
    let before = private_dirty()?;
    for _ in 0..LIVE {
        let mut guest = calls.guest().await?;
        calls.poll(&mut guest).await?;
        guests.push(guest);
    }
    let idle = private_dirty()?.saturating_sub(before) / LIVE as u64;
    for guest in &mut guests {
        calls.changes(guest).await?;
    }
    let after_page = private_dirty()?.saturating_sub(before) / LIVE as u64;
    let linear = guests.iter().map(|guest| guest.memory()).max().unwrap_or_default();
    Ok(Memory { idle, after_page, linear })
}

/// Bytes that this process alone has written to.
fn private_dirty() -> Result<u64> {
    let rollup =
        fs::read_to_string("/proc/self/smaps_rollup").context("Linux says what a process has")?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.context("Private_Dirty")?.parse::<u64>()? * 1024)
}
