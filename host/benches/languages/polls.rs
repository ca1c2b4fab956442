//! Whole polls, each with one change: by the host, with its store, from a warm start.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use axum::serve::ListenerExt;
use jiff::Timestamp;
use rounds::{
    Host,
    config::{Config, Connection, EventPattern, Since, Task},
    destination,
    host::Handle,
    model::TaskId,
    schedule::cadence::Cadence,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    arguments::Arguments,
    cost::{self, Cost},
    ehr,
};

/// Polls that do not count.
const WARM_UP: usize = 5;

/// From the word to poll to the notification that a destination took.
pub(crate) async fn measure(arguments: &Arguments, file: &Path, folder: &Path) -> Result<Cost> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/", listener.local_addr()?).parse()?;
    let (channel, mut told) = destination::channel(1);
    let host = Host::builder(config(url, folder))
        .connector(file)
        .destination("here", vec![EventPattern::all()], 1, channel)
        .unscheduled()
        .build()
        .await?;
    let (handle, ends) = (host.handle(), CancellationToken::new());
    let work = async {
        let _ended = ends.clone().drop_guard();
        polls(&handle, arguments.calls).await
    };
    let taking = async {
        while let Some(handed) = told.recv().await {
            handed.taken();
        }
    };
    let serving = axum::serve(listener.tap_io(nodelay), ehr::router());
    let running = async { tokio::join!(host.run(ends.clone()), work) };
    tokio::select! {
        (ended, cost) = running => {
            ended?;
            cost
        }
        () = async { drop(tokio::join!(taking, serving.into_future())) } => Ok(Cost::default()),
    }
}

async fn polls(handle: &Handle, count: usize) -> Result<Cost> {
    let task = TaskId { connection: "clinic".into(), action: "appointments".into() };
    let mut times = Vec::new();
    for round in 0..count + WARM_UP {
        let began = cost::now();
        let polled = handle.poll_once(&task, None).await?;
        handle.idle().await;
        let took = began.elapsed();
        ensure!(polled.changes == 1, "{} changes", polled.changes);
        times.extend(Some(took).filter(|_| round >= WARM_UP));
    }
    let told: u64 = handle.report().destinations.values().map(|it| it.delivered).sum();
    ensure!(told == (count + WARM_UP) as u64, "{told} were told: {:?}", handle.report());
    Ok(Cost::of(&times))
}

fn config(url: Url, folder: &Path) -> Config {
    let mut connection = Connection::new("clinic", "clinic", url);
    connection.since = Some(Since::At(Timestamp::UNIX_EPOCH));
    let daily = Cadence::Every(Duration::from_secs(24 * 60 * 60));
    connection.tasks = vec![Task::new("appointments", daily)];
    let mut config = Config::default();
    config.host.data = folder.join("data");
    config.host.connectors = folder.join("connectors");
    config.connections = vec![connection];
    config
}

/// Without it, small answers wait for the client's delayed acknowledgement.
fn nodelay(stream: &mut TcpStream) {
    drop(stream.set_nodelay(true));
}
