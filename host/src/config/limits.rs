//! What the host allows a connector and an EHR, so that none can harm more than its own.

use std::time::Duration;

use crate::egress::room_for;

/// Limits with their defaults; all sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of one guest call.
    pub guest_cpu: Duration,
    /// Time of one guest call by the clock on the wall.
    pub guest_wall: Duration,
    /// A guest's linear memory.
    pub guest_memory: usize,
    /// An EHR's answer, after decompression.
    pub answer_body: usize,
    /// EHRs' answers that are in memory at once, over all connections; half of it for one of them.
    pub held_answers: usize,
    /// Changes in a page.
    pub page_changes: usize,
    /// Pages in a poll.
    pub poll_pages: usize,
    /// A cursor.
    pub cursor: usize,
    /// A record's memo.
    pub memo: usize,
    /// A notification's payload.
    pub payload: usize,
    /// Times that `collect` is called for a container.
    pub collect_steps: usize,
    /// Requests in one such step.
    pub step_requests: usize,
    /// Time to compile a connector by the clock on the wall.
    pub compile_time: Duration,
    /// Memory to compile a connector.
    pub compile_memory: usize,
    /// Lines that a guest logs in one call.
    pub log_lines: usize,
    /// One such line.
    pub log_line: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            guest_cpu: Duration::from_secs(1),
            guest_wall: Duration::from_secs(5),
            guest_memory: 128 * MIB,
            answer_body: 16 * MIB,
            held_answers: 512 * MIB,
            page_changes: 10_000,
            poll_pages: 1_000,
            cursor: 16 * KIB,
            memo: KIB,
            payload: MIB,
            collect_steps: 8,
            step_requests: 32,
            compile_time: Duration::from_secs(120),
            compile_memory: 4 << 30,
            log_lines: 100,
            log_line: 4 * KIB,
        }
    }
}

impl Limits {
    /// What the answers about one change may take in memory: the least that `held_answers` may be.
    pub fn one_change(&self) -> usize {
        room_for(self.guest_memory.saturating_add(self.answer_body))
    }
}
