//! A server whose every answer, byte by byte, is a test's own.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};

/// What a server does with a request.
pub(super) enum Act {
    /// Answers, and goes on with the connection.
    Say(String),
    /// Answers, and closes the connection.
    Close(String),
    /// Breaks the connection off.
    Reset,
    /// Answers once it is let go, and goes on with the connection.
    Hold(Arc<Notify>, String),
    /// Says this, and then nothing.
    Stall(String),
    /// Says this, and then one byte at a time.
    Drip(String, Duration),
    /// Says this, and then no end.
    Endless(String),
}

pub(super) type Script = dyn Fn(&str, usize) -> Act + Send + Sync;

/// A listening server; ends when dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

/// An answer with a status and body, and further header lines.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub(super) fn say(status: u16, headers: &str, body: &str) -> Act {
    Act::Say(answer(status, headers, body))
}

impl Server {
    /// Answers each request as the script says, given its text and its number from 0.
    pub(super) async fn start(script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (script, memory): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&heard));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (script, heard) = (Arc::clone(&script), Arc::clone(&memory));
                connections.spawn(async move { serve_tcp(stream, &*script, &heard).await });
            }
        });
        Self { address, heard, _serving: serving }
    }

    /// Answers everything in the same way.
    pub(super) async fn always(status: u16, headers: &'static str, body: &'static str) -> Self {
        Self::start(move |_, _| say(status, headers, body)).await
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far, head and body.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

async fn serve_tcp(mut stream: TcpStream, script: &Script, heard: &Mutex<Vec<String>>) {
    if serve(&mut stream, script, heard).await.is_none() {
        stream.set_zero_linger().unwrap();
    }
}

/// Serves one connection until one side ends it; `None` is to break it off.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    script: &Script,
    heard: &Mutex<Vec<String>>,
) -> Option<()> {
    while let Some(request) = read_request(stream).await {
        let number = {
            let mut heard = heard.lock().unwrap();
            heard.push(request.clone());
            heard.len() - 1
        };
        match script(&request, number) {
            Act::Say(answer) => stream.write_all(answer.as_bytes()).await.ok()?,
            Act::Hold(until, answer) => {
                until.notified().await;
                stream.write_all(answer.as_bytes()).await.ok()?;
            }
            Act::Close(answer) => return stream.write_all(answer.as_bytes()).await.ok(),
            Act::Reset => return None,
            Act::Stall(start) => {
                stream.write_all(start.as_bytes()).await.ok()?;
                std::future::pending::<()>().await;
            }
            Act::Drip(start, every) => {
                stream.write_all(start.as_bytes()).await.ok()?;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(every).await;
                }
            }
            Act::Endless(start) => {
                stream.write_all(start.as_bytes()).await.ok()?;
                while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
            }
        }
    }
    Some(())
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> Option<String> {
    let mut text = Vec::new();
    loop {
        let read = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = read.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(read);
            }
        }
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
    }
}
