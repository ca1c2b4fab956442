//! What the host's job is made of, each part measured alone over the same data.

use std::{future::Future, time::Duration};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use rounds::egress::{self, Client, Method, Network, Options, Owner};
use rounds_sdk::Request;
use serde::{Deserialize, Serialize};

use crate::{arguments::Arguments, guest, http, job, native, recorded::Recorded, storing, usage};

/// CPU time of each part.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Parts {
    /// GETs and POSTs by reqwest alone.
    pub(crate) http: Duration,
    /// The same by the host's client.
    pub(crate) egress: Duration,
    /// The connector's functions, called natively.
    pub(crate) mapping: Duration,
    /// The same in the sandbox.
    pub(crate) guest: Duration,
    /// The store's calls.
    pub(crate) store: Duration,
    /// Envelopes and signatures.
    pub(crate) signing: Duration,
}

/// Measures all and prints it.
pub(crate) async fn measure(arguments: &Arguments) -> Result<()> {
    let recorded = Recorded::read(arguments).await?;
    let bodies = bodies(&recorded)?;
    let mut parts =
        Parts { http: cpu(by_reqwest(arguments, &recorded, &bodies)).await?.1, ..Parts::default() };
    parts.egress = cpu(by_egress(arguments, &recorded, &bodies)).await?.1;
    parts.mapping = cpu(async { guest::call_native(&recorded) }).await?.1;
    let connector = guest::load(arguments).await?;
    let (made, took) = cpu(guest::call(&connector, &recorded)).await?;
    parts.guest = took;
    let store = storing::open(arguments)?;
    parts.store = cpu(storing::store(&store, made, arguments)).await?.1;
    parts.signing = cpu(async { self::bodies(&recorded) }).await?.1;
    println!("{}", serde_json::to_string(&parts)?);
    Ok(())
}

/// What a part came to, and the CPU time of the process meanwhile.
async fn cpu<T>(part: impl Future<Output = Result<T>>) -> Result<(T, Duration)> {
    let before = usage::cpu();
    let done = part.await?;
    Ok((done, usage::cpu() - before))
}

/// A notification: its headers, and its body.
type Signed = ([(&'static str, String); 4], Bytes);

/// All notifications.
type Bodies = Vec<Signed>;

fn bodies(recorded: &Recorded) -> Result<Bodies> {
    let key = job::key()?;
    let body = |(at, (change, notification)): (usize, &(_, _))| {
        let (id, body) = native::envelope(change, notification, at as u64)?;
        Ok((native::sign(&id, &body, &key), body))
    };
    recorded.told.iter().enumerate().map(body).collect()
}

async fn by_reqwest(arguments: &Arguments, recorded: &Recorded, bodies: &Bodies) -> Result<()> {
    let client = http::client(arguments)?;
    let get = async |request: &Request| {
        let url = format!("{}{}", recorded.context.base_url, request.target);
        http::get(&client, &url, &request.headers).await.map(drop)
    };
    for request in &recorded.pages {
        get(request).await?;
    }
    let told = recorded.patients.iter().zip(bodies).map(anyhow::Ok);
    let each = async |(request, (headers, body)): (&Request, &Signed)| {
        get(request).await?;
        http::post(&client, &arguments.receiver, headers, body.clone()).await
    };
    stream::iter(told).try_for_each_concurrent(arguments.concurrency, each).await
}

async fn by_egress(arguments: &Arguments, recorded: &Recorded, bodies: &Bodies) -> Result<()> {
    let (ehr, receiver) = clients(arguments)?;
    for request in &recorded.pages {
        ehr.send(&request_of(request)).await?;
    }
    let told = recorded.patients.iter().zip(bodies).map(anyhow::Ok);
    let each = async |(request, (headers, body)): (&Request, &Signed)| {
        ehr.send(&request_of(request)).await?;
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let status = receiver.post(&headers, body.clone()).await?.status;
        ensure!(status == 204, "the receiver answered {status}");
        Ok(())
    };
    stream::iter(told).try_for_each_concurrent(arguments.concurrency, each).await
}

fn clients(arguments: &Arguments) -> Result<(Client, Client)> {
    let network = Network::new();
    let (connection, destination) = (job::connection(arguments), job::destination(arguments)?);
    let mut ehr =
        Options::new(Owner::Connection(connection.name.clone()), connection.base_url.clone());
    ehr.private_addresses = connection.reachable();
    ehr.concurrency = arguments.concurrency;
    let mut receiver =
        Options::new(Owner::Destination(destination.name.clone()), destination.url.clone());
    receiver.private_addresses = destination.reachable();
    receiver.concurrency = arguments.concurrency;
    Ok((Client::new(&network, ehr)?, Client::new(&network, receiver)?))
}

fn request_of(request: &Request) -> egress::Request {
    let (target, headers) = (request.target.clone(), request.headers.clone());
    egress::Request { method: Method::Get, target, headers, body: None }
}
