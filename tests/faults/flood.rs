//! A flood at the admin address: hundreds who ask at once, slowly, and without an end.

use std::fs;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{Clinic, Rounds, Site, connection, destination, eventually, receiver, within};

/// Those of each kind.
const OF_A_KIND: usize = 120;
/// Connections that the admin API has room for.
const ROOM: usize = 64;
/// Further sockets that a host with one EHR and one destination may have, amply.
const OTHERS: usize = 40;

const WHOLE: &[u8] = b"GET /v1/status HTTP/1.1\r\nhost: localhost\r\n\r\n";
const HALF: &[u8] = b"GET /v1/status HTTP/1.1\r\nhost: local";

#[derive(Clone, Copy)]
enum Kind {
    /// Begins a request and never ends it.
    Slow,
    /// Asks without end and reads no answer.
    Deaf,
    /// Asks as fast as it is answered.
    Busy,
}

/// Asks, and begins anew where it is hung up on.
async fn ask(address: String, kind: Kind) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(&address).await {
            // However it ends.
            talk(&mut stream, kind).await.ok();
        }
    }
}

async fn talk(stream: &mut TcpStream, kind: Kind) -> std::io::Result<()> {
    let mut answer = vec![0; 1 << 16];
    match kind {
        Kind::Slow => {
            stream.write_all(HALF).await?;
            while stream.read(&mut answer).await? > 0 {}
            Ok(())
        }
        Kind::Deaf => loop {
            stream.write_all(WHOLE).await?;
        },
        Kind::Busy => loop {
            stream.write_all(WHOLE).await?;
            if stream.read(&mut answer).await? == 0 {
                return Ok(());
            }
        },
    }
}

fn sockets(host: &Rounds) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", host.id())).unwrap();
    let targets = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_questions_holds_no_delivery_back() {
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let ward = connection("ward", "plain", clinic.url(), "");
    site.configure(&(ward + &destination("app", receiver.url(), "")));
    let host = site.start().await;
    let mut flood = JoinSet::new();
    for kind in [Kind::Slow, Kind::Deaf, Kind::Busy] {
        (0..OF_A_KIND).for_each(|_| drop(flood.spawn(ask(host.address(), kind))));
    }
    let is_full = async || (sockets(&host) >= ROOM).then_some(());
    eventually("a full house", is_full, async || host.log()).await;
    for round in 1..=5 {
        for patient in 0..20 {
            clinic.book(patient);
        }
        within("what changed meanwhile", receiver.wait_for(20 * round)).await;
        let open = sockets(&host);
        assert!(open <= ROOM + OTHERS, "{open} sockets");
    }
    assert_eq!(flood.len(), 3 * OF_A_KIND, "nobody gave up");
    flood.shutdown().await;
    let report = within("an answer after the flood", host.status()).await;
    assert_eq!((report.destinations["app"].delivered, report.destinations["app"].failed), (100, 0));
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
