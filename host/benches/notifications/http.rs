//! HTTP by hand, as the native job does it.

use anyhow::{Result, ensure};
use bytes::Bytes;
use reqwest::{Client, redirect, retry};
use url::Url;

use crate::arguments::Arguments;

/// What a server answered.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// A client of the host's own settings, as far as they cost anything.
pub(crate) fn client(arguments: &Arguments) -> Result<Client> {
    let client = Client::builder()
        .http1_only()
        .no_proxy()
        .referer(false)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(arguments.concurrency);
    Ok(client.build()?)
}

/// Asks for a URL and reads the whole answer.
pub(crate) async fn get(
    client: &Client,
    url: &str,
    headers: &[(String, String)],
) -> Result<Answer> {
    let request =
        headers.iter().fold(client.get(url), |request, (name, value)| request.header(name, value));
    let answer = request.send().await?.error_for_status()?;
    let status = answer.status().as_u16();
    let text = |value: &reqwest::header::HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    };
    let headers =
        answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Ok(Answer { status, headers, body: answer.bytes().await? })
}

/// Tells the receiver.
pub(crate) async fn post(
    client: &Client,
    url: &Url,
    headers: &[(&str, String)],
    body: Bytes,
) -> Result<()> {
    let request = headers
        .iter()
        .fold(client.post(url.clone()), |request, (name, value)| request.header(*name, value));
    let status = request.body(body).send().await?.status();
    ensure!(status == 204, "the receiver answered {status}");
    Ok(())
}
