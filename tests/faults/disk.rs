//! Disks that fail or dawdle while the host runs.

use super::shim::{Orders, Shim};
use crate::support::{
    Clinic, Rounds, Running, Site, connection, destination, has_panicked, receiver, within,
};
use rounds::practice::{Fault, Receiver};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

/// A clinic with a destination, whose host's disk may fall sick.
struct Ward {
    site: Site,
    clinic: Running<Clinic>,
    receiver: Running<Receiver>,
    shim: Shim,
}

impl Ward {
    async fn new() -> Option<Self> {
        let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
        let (shim, receiver) = (Shim::of(&site)?, receiver().await);
        let ward = connection("ward", "plain", clinic.url(), "");
        site.configure(&(ward + &destination("app", receiver.url(), "")));
        Some(Self { site, clinic, receiver, shim })
    }

    async fn start(&self) -> Rounds {
        self.site.start_with(&self.shim.variables()).await
    }

    fn book(&self, times: u64) {
        (0..times).for_each(|patient| drop(self.clinic.book(patient)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_a_write_ends_the_host_with_the_reason_and_loses_nothing() {
    let sick = |sync_errno, write_errno| Orders { sync_errno, write_errno, ..Orders::default() };
    let Some(ward) = Ward::new().await else { return };
    let cases = [
        (sick(EIO, 0), "Input/output error"),
        (sick(ENOSPC, 0), "No space left on device"),
        (sick(0, EIO), "Input/output error"),
        (sick(0, EROFS), "Read-only file system"),
    ];
    for (round, (orders, why)) in cases.into_iter().enumerate() {
        let mut host = ward.start().await;
        ward.book(3);
        within("notifications", ward.receiver.wait_for(6 * round + 3)).await;
        ward.shim.order(orders);
        ward.book(3);
        let ended = host.ended().await;
        assert_eq!(ended.status.code(), Some(1), "{why}: {}", ended.log);
        assert!(
            ended.log.contains("the store stopped") && ended.log.contains(why),
            "{}",
            ended.log
        );
        assert!(!has_panicked(&ended.log), "{why}: {}", ended.log);
        // A sync that failed is not asked for once more, as if what it lost were there again.
        ward.shim.order(Orders::default());
        let host = ward.start().await;
        within("what it could not write", ward.receiver.wait_for(6 * round + 6)).await;
        host.stop().await;
    }
    assert!(ward.receiver.attempts().iter().all(|it| !it.altered));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_sync_is_shared_by_all_that_wait_for_it() {
    const CHANGES: u64 = 120;
    let Some(ward) = Ward::new().await else { return };
    let host = ward.start().await;
    ward.shim.order(Orders { sync_millis: 1000, ..Orders::default() });
    let before = ward.shim.syncs();
    ward.book(CHANGES);
    within("all", ward.receiver.wait_for(CHANGES as usize)).await;
    let syncs = ward.shim.syncs() - before;
    assert!(syncs < 30, "{syncs} syncs of {CHANGES} changes");
    let report = host.status().await;
    assert_eq!(report.destinations["app"].failed, 0);
    assert_eq!(report.tasks["ward/appointments"].error, None);
    ward.shim.order(Orders::default());
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_cannot_be_read_is_named_and_forgets_nothing() {
    let Some(ward) = Ward::new().await else { return };
    ward.receiver.faults().next(u32::MAX, Fault::Status(500));
    let host = ward.start().await;
    ward.book(3);
    host.wait_for("failed attempts", |it| (it.destinations["app"].failed > 0).then_some(())).await;
    host.stop().await;
    ward.receiver.faults().clear();
    ward.shim.order(Orders { read_errno: EIO, ..Orders::default() });
    let said = ward.site.rounds_with(&["run"], &ward.shim.variables()).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.error.contains("data/store"), "{said:?}");
    assert!(!has_panicked(&said.error), "{said:?}");
    ward.shim.order(Orders::default());
    let _host = ward.start().await;
    within("what was kept", ward.receiver.wait_for(3)).await;
}
