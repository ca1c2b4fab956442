//! A process that may open no more files.

use rounds::admin::Seek;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::support::{
    Clinic, Line, Proxy, Rounds, Site, connection, destination, eventually, has_panicked, receiver,
    within,
};

/// Sets how many files a running host may have open.
fn allow(host: &Rounds, files: u64) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit { current: Some(files), maximum };
    let id = Pid::from_raw(host.id().cast_signed());
    prlimit(id, Resource::Nofile, limit).expect("a limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_without_a_free_file_says_so_and_goes_on_when_there_is_one() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let proxy = Proxy::start(clinic.url()).await;
    let ward = connection("ward", "plain", &proxy.url(clinic.url()), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    clinic.book(1);
    within("the first", receiver.wait_for(1)).await;
    allow(&host, 3);
    clinic.book(2);
    proxy.hang_up();
    let full = |line: &Line| line.text("error").contains("Too many open files");
    host.wait_for_log("too many open files", full).await;
    allow(&host, 1024);
    within("what came meanwhile", receiver.wait_for(2)).await;
    let ended = host.stop().await;
    assert!(ended.status.success() && !has_panicked(&ended.log), "{}", ended.log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_delivered_while_no_file_is_free_is_noted_when_one_is() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let answer = receiver.faults().hold("/");
    clinic.book(1);
    within("an attempt", answer.reached()).await;
    allow(&host, 3);
    drop(answer);
    let full = |line: &Line| line.text("message").contains("what was delivered is noted when");
    host.wait_for_log("no file for a receipt", full).await;
    allow(&host, 1024);
    let noted = async || {
        let noted = host.admin().delivered(&Seek::default()).await.ok()?;
        (noted.len() == 1).then_some(())
    };
    eventually("the receipt", noted, async || host.log()).await;
    let ended = host.stop().await;
    assert!(ended.status.success() && !has_panicked(&ended.log), "{}", ended.log);
    let files = std::fs::read_dir(site.path("data/delivered/receipts")).unwrap();
    assert_eq!(files.count(), 1, "what was begun and could not be is gone");
    assert_eq!(receiver.received().len(), 1, "it is owed no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_lives_with_few_files() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    allow(&host, 64);
    for patient in 0..200 {
        clinic.book(patient);
    }
    within("all", receiver.wait_for(200)).await;
    assert!(receiver.attempts().iter().all(|it| !it.altered));
    let ended = host.stop().await;
    assert!(ended.status.success() && !has_panicked(&ended.log), "{}", ended.log);
}
