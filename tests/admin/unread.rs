//! A long list of dead letters: whole for who reads it, and little memory for who does not.

use std::{fs, net::SocketAddr};

use jiff::Timestamp;
use rounds::{
    model::{Change, ChangeKind, ContainerId, TaskId},
    store::{
        Commit, Committed, NewChange, Pass, Reading, Store,
        sled::{Options, SledStore},
    },
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::support::{Clinic, Site, connection, within};

/// Dead letters, and what each says: 32 MiB in all.
const LETTERS: usize = 8_000;
const REASON: usize = 4 << 10;
/// As many as the admin API serves at once.
const CLIENTS: usize = 64;
/// What they may take together, in KiB: of each a page that is read, and some that is written.
const MOST: u64 = 256 << 10;

fn change(task: &TaskId, number: usize) -> NewChange {
    let (id, version) = (number.to_string(), Some("1".to_owned()));
    let (occurred_at, key, data) = (None, None, "{}".to_owned());
    let (kind, content) = (ChangeKind::Upserted, None);
    let change = Change { id, kind, version, content, occurred_at, key, data };
    let reading = Reading { pass: Pass::Onward, revision: 0, position: number };
    NewChange::of(task, change, reading, false)
}

/// Leaves dead letters in a host's store.
async fn bury(site: &Site) -> Vec<ContainerId> {
    let store = SledStore::open(&Options::new(site.path("data"))).unwrap();
    let task = TaskId { connection: "ward".into(), action: "appointments".into() };
    let changes = (0..LETTERS).map(|number| change(&task, number)).collect();
    let now = Timestamp::now();
    let commit = Commit::onward(task, 0, "0".into(), now, changes);
    let Committed::Done { made, .. } = store.commit(commit).await.unwrap() else {
        panic!("nobody else has the store")
    };
    for pending in &made {
        store.bury(pending.id, "w".repeat(REASON), now);
    }
    store.flush().await.unwrap();
    made.iter().map(|pending| pending.id).collect()
}

/// The most memory that a process ever had, in KiB, by the kernel's account.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Asks for the list, and reads no more of it than its beginning.
async fn ask(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(b"GET /v1/dead HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    stream
}

#[tokio::test]
async fn a_long_list_is_whole_and_who_does_not_read_it_takes_little_memory() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    site.configure(&connection("ward", "plain", clinic.url(), ""));
    let buried = bury(&site).await;
    let host = site.start().await;
    let address = host.address().parse().unwrap();
    host.status().await;
    let before = peak(host.id());
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(ask(address).await);
    }
    // The host ends them, and nobody else's: each was answered, and late.
    for client in &mut clients {
        let mut begins = [0; 12];
        within("the beginning of a list", client.read_exact(&mut begins)).await.unwrap();
        assert_eq!(begins, *b"HTTP/1.1 200");
    }
    let words = ["dead", "list", "--json", "--admin", &host.address()];
    let listed = site.rounds(&words).await.json();
    let took = peak(host.id()) - before;
    let id = |letter: &Value| ContainerId(letter["container"].as_u64().unwrap());
    let listed: Vec<_> = listed.as_array().unwrap().iter().collect();
    assert_eq!(listed.iter().map(|letter| id(letter)).collect::<Vec<_>>(), buried);
    assert!(listed.iter().all(|letter| letter["reason"].as_str().unwrap().len() == REASON));
    assert!(took < MOST, "{CLIENTS} clients that do not read took {took} KiB");
}
