//! What changes in an EHR, as a task finds it.

use rounds::{
    identity,
    model::{Change, ChangeKind, NotificationId, TaskId},
};

use super::{
    super::chance::Chance,
    shape::{CONNECTIONS, Shape},
    times,
};

/// How late an entry may show: less than what the host looks for.
const LATEST: u64 = 8 * super::MINUTE;

/// Entries of a world, at most.
const MOST: u64 = 24;

/// A change in an EHR.
pub(in super::super) struct Entry {
    pub(in super::super) seq: u64,
    /// When, as the EHR says.
    pub(in super::super) at: u64,
    /// From when on the EHR shows it.
    pub(in super::super) shown: u64,
    pub(in super::super) record: String,
    pub(in super::super) version: String,
    /// What orders it among others, if the EHR says.
    pub(in super::super) key: Option<String>,
    /// Whether it cannot be read.
    pub(in super::super) is_odd: bool,
    /// The id that its notification must have.
    pub(in super::super) id: NotificationId,
}

/// What a task polls.
pub(in super::super) struct Feed {
    pub(in super::super) task: TaskId,
    /// The place of its EHR.
    pub(in super::super) ehr: usize,
    /// Whether its entries are handed out once.
    pub(in super::super) is_queue: bool,
    /// What changes, in the order in which it is shown.
    pub(in super::super) log: Vec<Entry>,
    /// When the EHR loses the log.
    pub(in super::super) lost: Vec<u64>,
}

pub(super) fn draw(chance: &mut Chance, shape: &Shape, until: u64) -> Vec<Feed> {
    let tasks = shape.tasks();
    let (most, keys) = (MOST / tasks.len() as u64, chance.between(1, 4));
    let feed = |(ehr, action): (usize, &str)| {
        let task = TaskId { connection: CONNECTIONS[ehr].into(), action: action.into() };
        let is_queue = action == "arrivals";
        let count = chance.between(3, most);
        let log = log(chance, &task, is_queue, count, keys, until);
        Feed { task, ehr, is_queue, log, lost: times(chance, 3, until) }
    };
    tasks.into_iter().map(feed).collect()
}

fn log(
    chance: &mut Chance,
    task: &TaskId,
    is_queue: bool,
    count: u64,
    keys: u64,
    until: u64,
) -> Vec<Entry> {
    let records = chance.between(1, 8);
    let mut times: Vec<_> = (0..count).map(|_| chance.below(until)).collect();
    times.sort_unstable();
    for at in 1..times.len() {
        if chance.happens(0.4) {
            times[at] = times[at - 1];
        }
    }
    let mut versions = vec![0; records as usize];
    let mut entry = |(seq, shown): (usize, u64)| {
        let number = chance.below(records);
        let version = &mut versions[number as usize];
        *version += 1;
        let late = if !is_queue && chance.happens(0.2) { chance.below(LATEST) } else { 0 };
        let (record, version) = (format!("r{number}"), format!("v{version}"));
        let (seq, at, key) =
            (seq as u64, shown.saturating_sub(late), Some(format!("k{}", number % keys)));
        let id = id(task, &record, &version);
        Entry { seq, at, shown, record, version, key, is_odd: false, id }
    };
    times.into_iter().enumerate().map(&mut entry).collect()
}

/// The id that the notification of a record's version must have.
fn id(task: &TaskId, record: &str, version: &str) -> NotificationId {
    let change = Change {
        id: record.into(),
        kind: ChangeKind::Upserted,
        version: Some(version.into()),
        content: Some(version.into()),
        key: None,
        occurred_at: None,
        data: String::new(),
    };
    identity::notification(task, &change)
}
