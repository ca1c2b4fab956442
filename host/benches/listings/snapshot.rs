//! A listing of a million records: the first pass, and some that change nothing.

use std::{io, time::Duration};

use anyhow::{Result, ensure};
use rounds::model::TaskId;
use tokio::time;

use crate::{
    Arguments, connector,
    program::{Passed, Program},
    register,
    site::Site,
};

const GUEST: [&str; 2] = ["--package=guests", "--example=snapshot"];

/// What is written late is written by then.
const SETTLING: Duration = Duration::from_secs(2);

/// A pass, and what it cost.
pub(crate) struct Cost {
    pub(crate) passed: Passed,
    /// The most memory that the host had, in bytes.
    pub(crate) peak: u64,
    /// Bytes of the data folder before the pass.
    pub(crate) before: u64,
    /// The same afterwards.
    pub(crate) after: u64,
}

/// A host reads all once; another one reads it again, some times. What each of these passes cost.
pub(crate) async fn measure(arguments: &Arguments) -> Result<Vec<Cost>> {
    let url = register::start(arguments.listing, arguments.page).await?;
    let site = Site::new(&arguments.program, "snapshot", &connector::build_with(&GUEST)?)?;
    let connection = format!(
        "\n[[connection]]\nname = \"ward\"\nconnector = \"snapshot\"\nbase_url = \"{url}\"\n\
         auth = {{ type = \"none\" }}\nactions = {{ appointments = {{ every = \"4w\" }} }}\n"
    );
    let mut costs = Vec::new();
    for passes in [1, arguments.passes] {
        let program = site.start(&connection).await?;
        for _ in 0..passes {
            costs.push(pass(&site, &program, arguments.listing).await?);
        }
        program.stop().await?;
    }
    Ok(costs)
}

/// Has a host read all once.
async fn pass(site: &Site, program: &Program, records: usize) -> Result<Cost> {
    let task = TaskId { connection: "ward".into(), action: "appointments".into() };
    let before = settled(site).await?;
    let last = program.last_pass(&task).await?;
    let passed = program.pass_after(&task, last, true).await?;
    let (after, peak) = (settled(site).await?, program.peak()?);
    let ended = passed.ended;
    ensure!(ended.read == records as u64, "a pass did not read all: {ended:?}");
    ensure!((ended.news, ended.gone) == (0, 0), "a pass found something: {ended:?}");
    Ok(Cost { passed, peak, before, after })
}

async fn settled(site: &Site) -> io::Result<u64> {
    time::sleep(SETTLING).await;
    site.stored()
}
