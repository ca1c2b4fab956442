//! A log that nobody reads: its pipe is full, or its reader is gone.

use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write, pipe};

use rustix::fs::{OFlags, fcntl_setfl};
use serde_json::Value;

use super::shim::{Orders, Shim};
use crate::support::{Clinic, Running, Site, connection, destination, receiver, within};
use rounds::practice::Receiver;

const EIO: i32 = 5;

/// A pipe that takes no byte more until it is read.
fn full() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = pipe().unwrap();
    fcntl_setfl(&writer, OFlags::NONBLOCK).unwrap();
    for size in [4096, 1] {
        while writer.write(&vec![b'\n'; size]).is_ok() {}
    }
    fcntl_setfl(&writer, OFlags::empty()).unwrap();
    (reader, writer)
}

async fn ward() -> (Site, Running<Clinic>, Running<Receiver>) {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    (site, clinic, receiver)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_log_is_stuck_delivers_and_stops() {
    let (site, clinic, receiver) = ward().await;
    let (reader, writer) = full();
    let host = site.start_with_log(writer, &[("RUST_LOG", "debug")]).await;
    for patient in 1..=5 {
        clinic.book(patient);
        within("a notification", receiver.wait_for(patient as usize)).await;
    }
    let ended = host.stop().await;
    assert!(ended.status.success(), "{ended:?}");
    drop(reader);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_log_has_no_reader_any_more_delivers_and_stops() {
    let (site, clinic, receiver) = ward().await;
    let (reader, writer) = pipe().unwrap();
    let host = site.start_with_log(writer, &[("RUST_LOG", "debug")]).await;
    drop(reader);
    for patient in 1..=5 {
        clinic.book(patient);
        within("a notification", receiver.wait_for(patient as usize)).await;
    }
    let ended = host.stop().await;
    assert!(ended.status.success(), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_again_is_told_how_much_was_lost_and_then_all_that_follows() {
    // So many polls of a connector that says more than 20 KiB each fill more than 1 MiB.
    const POLLS: usize = 80;
    let (site, clinic, receiver) =
        (Site::new(&["floods-log"]).await, Clinic::start().await, receiver().await);
    site.configure(&format!(
        "[host]\nadmin = \"127.0.0.1:0\"\nlog = \"json\"\nconnector_log = true\n{}{}",
        connection("ward", "floods-log", clinic.url(), ""),
        destination("app", receiver.url(), "")
    ));
    let (reader, writer) = full();
    let host = site.start_with_log(writer, &[]).await;
    for _ in 0..POLLS {
        host.poll(&["ward/appointments"]).await;
    }
    clinic.book(1);
    within("a notification", receiver.wait_for(1)).await;
    let (told, rest) = within("what was lost", blocking(|| until(reader, "were lost"))).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["level"] == "WARN" && told["lines"].as_u64() > Some(0), "{told}");
    let reading = blocking(move || rest.map_while(Result::ok).collect::<Vec<_>>());
    let (ended, rest) = tokio::join!(host.stop(), within("the end of the log", reading));
    assert!(ended.status.success(), "{ended:?}");
    assert!(rest.iter().any(|line| line.starts_with("stopping; ")), "{:?}", rest.last());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_fails_ends_though_nobody_hears_why_and_says_it_to_who_reads() {
    let (site, clinic, receiver) = ward().await;
    let Some(shim) = Shim::of(&site) else { return };
    for is_read in [false, true] {
        shim.order(Orders::default());
        let (reader, writer) = full();
        let mut host = site.start_with_log(writer, &shim.variables()).await;
        shim.order(Orders { sync_errno: EIO, ..Orders::default() });
        clinic.book(1);
        let why = "the store stopped";
        let heard = async {
            match is_read {
                true => Some(within("why", blocking(|| until(reader, why))).await),
                false => None,
            }
        };
        let (ended, _) = tokio::join!(host.ended(), heard);
        assert_eq!(ended.status.code(), Some(1));
    }
    drop(receiver);
}

type Lines = std::io::Lines<BufReader<PipeReader>>;

/// The first line with a text, and what follows it.
fn until(reader: PipeReader, text: &str) -> (String, Lines) {
    let mut lines = BufReader::new(reader).lines();
    let found = lines.by_ref().map_while(Result::ok).find(|line| line.contains(text));
    (found.unwrap_or_else(|| panic!("nothing of it: {text}")), lines)
}

async fn blocking<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(read).await.unwrap()
}
