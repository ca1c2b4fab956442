//! What a process takes of its machine.

use std::fs;

/// Of a process, by the kernel's account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Footprint {
    /// KiB that are in memory.
    pub(super) resident: u64,
    pub(super) threads: u64,
    /// Files, sockets and pipes that are open.
    pub(super) open: usize,
}

impl Footprint {
    pub(super) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        Self { resident: field("VmRSS:"), threads: field("Threads:"), open }
    }
}
