//! What a hospital's network costs: a proxy with sign-in as the way out, and servers that demand a
//! certificate.
//!
//! `cargo bench -p rounds --bench networks` has the host tell of a backlog, patients looked up, by
//! https: straight, showing a certificate, through a proxy, and both; in turns. It compares how many
//! records arrived in a second, and counts the connections. All of it runs on this machine, the
//! proxy and both ends of TLS included.

#![allow(clippy::print_stdout, reason = "a benchmark is there to print")]

#[path = "../support/folder.rs"]
mod folder;
mod front;
#[path = "../refused/server.rs"]
#[allow(dead_code, reason = "nothing is refused here")]
mod server;
#[path = "../support/spread.rs"]
mod spread;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Parser;
use rounds::{Host, config::Config, connector_build};
use tokio::time;
use tokio_util::sync::CancellationToken;

use self::{
    folder::Folder,
    front::{Authority, Front, Proxy},
    server::{Server, Trouble, Whose},
    spread::Spread,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Nothing takes so long that goes on at all.
const PATIENCE: Duration = Duration::from_secs(300);
/// What of the throughput is to be left.
const LEAST_THROUGHPUT: f64 = 0.8;

/// Measures what proxies and client certificates cost.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Records of a run
    #[arg(long, default_value_t = 4000)]
    records: usize,
    /// Milliseconds until each answer
    #[arg(long, default_value_t = 5)]
    latency: u64,
    /// Runs of each way
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Said by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// A way to the servers.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    shown: bool,
    proxied: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = Folder::new("networks")?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/clinic/rust");
    let connector =
        connector_build::build(&source, Some(&folder.0.join("clinic.wasm")), false).await?.file;
    let ways = [
        ("straight", Way::default()),
        ("with a certificate", Way { shown: true, proxied: false }),
        ("through a proxy", Way { shown: false, proxied: true }),
        ("both", Way { shown: true, proxied: true }),
    ];
    let mut rates = ways.map(|_| Vec::new());
    let mut made = ways.map(|_| 0);
    for _ in 0..arguments.rounds {
        for ((rates, made), (_, way)) in rates.iter_mut().zip(&mut made).zip(ways) {
            let (rate, connections) = run(&arguments, &connector, way).await?;
            rates.push(rate);
            *made = connections.max(*made);
        }
    }
    let medians = rates.map(|rates| Spread::of(rates).median());
    let [straight, ..] = medians;
    println!("{} records, each with a lookup and a delivery:", arguments.records);
    for (((name, _), median), made) in ways.iter().zip(medians).zip(made) {
        let ratio = median / straight;
        let verdict = if ratio >= LEAST_THROUGHPUT { "" } else { ", BEYOND THE LIMIT" };
        println!("  {name}: {median:.0}/s, {ratio:.2} times, {made} connections at most{verdict}");
    }
    Ok(())
}

/// A host with its EHR and its receiver, until all have arrived: records a second, and connections
/// made.
async fn run(arguments: &Arguments, connector: &Path, way: Way) -> Result<(f64, usize)> {
    let (folder, ends) = (Folder::new("networks-run")?, CancellationToken::new());
    let latency = Duration::from_millis(arguments.latency);
    let (server, serving) =
        Server::start(arguments.records, latency, Whose::Destination, Trouble::None).await?;
    let authority = Authority::new()?;
    let front = Front::start(server.url(), &authority, way.shown).await?;
    let proxy = Proxy::start().await?;
    let serving = async { tokio::join!(serving, front.serve(), proxy.serve()) };
    let serving = ends.run_until_cancelled(serving);
    let config =
        configure(&folder.0, &authority, &front.url(), way.proxied.then(|| proxy.url()), way)?;
    let host = Host::builder(config).connector(connector).build().await?;
    let arriving = async {
        let arrived = time::timeout(PATIENCE, server.arrived()).await;
        ends.cancel();
        arrived.context("not all arrived")
    };
    let (ended, arrived, _) = tokio::join!(host.run(ends.clone()), arriving, serving);
    ended?;
    let waits = arrived?;
    let longest = waits.iter().copied().fold(f64::MIN, f64::max);
    Ok((waits.len() as f64 * 1000.0 / longest, front.made()))
}

fn configure(
    folder: &Path,
    authority: &Authority,
    url: &str,
    proxy: Option<String>,
    way: Way,
) -> Result<Config> {
    let file = |name: &str| -> PathBuf { folder.join(name) };
    fs::create_dir(file("connectors"))?;
    fs::write(file("secret"), SECRET)?;
    fs::write(file("ca.pem"), authority.pem())?;
    let (certificate, key) = authority.certify("rounds")?;
    fs::write(file("client.pem"), certificate.pem())?;
    fs::write(file("client-key.pem"), key.serialize_pem())?;
    fs::write(file("password"), front::PASSWORD)?;
    let shown = match way.shown {
        true => "certificate = \"client.pem\"\nkey = { file = \"client-key.pem\" }\n",
        false => "",
    };
    let proxy = proxy.map(|url| {
        let user = front::USER;
        format!("proxy = {{ url = \"{url}\", user = \"{user}\", password = {{ file = \"password\" }} }}\n")
    });
    let way = format!("ca = \"ca.pem\"\n{shown}{}", proxy.unwrap_or_default());
    let text = format!(
        "[host]\ndata = \"data\"\n\n[[connection]]\nname = \"clinic\"\nconnector = \"clinic\"\n\
         base_url = \"{url}\"\nsince = \"2020-01-01T00:00:00Z\"\nsettings = {{ page_size = 500 }}\n\
         {way}actions = {{ appointments = {{ every = \"1h\" }} }}\n\n[[destination]]\nname = \"app\"\n\
         url = \"{url}/hook\"\nsecret = {{ file = \"secret\" }}\n{way}"
    );
    fs::write(file("rounds.toml"), text)?;
    Ok(Config::load(file("rounds.toml"))?)
}
