//! A sweep that finds nothing, beside polls of others.

use std::time::Duration;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use rounds::model::TaskId;
use tokio::time;

use crate::{Arguments, connector, hospital, others::Others, program::Passed, site::Site};

/// How long after a start polls are not looked at, as the first of each connection come together.
const SETTLING: Duration = Duration::from_secs(3);

/// What was measured.
#[derive(Default)]
pub(crate) struct Swept {
    /// The most memory of each host that swept, in bytes.
    pub(crate) peaks: Vec<u64>,
    /// The same of each that did not.
    pub(crate) own: Vec<u64>,
    /// How late the others' polls were beside sweeps, in milliseconds.
    pub(crate) late: Vec<f64>,
    /// The same without sweeps.
    pub(crate) own_late: Vec<f64>,
    /// How long each sweep took, in seconds.
    pub(crate) took: Vec<f64>,
}

struct Ward {
    site: Site,
    others: Others,
    hospital: String,
    task: TaskId,
}

/// Has all remembered, then sweeps and does not, in turns.
pub(crate) async fn measure(arguments: &Arguments) -> Result<Swept> {
    let hospital = hospital::start(arguments.records).await?;
    let others = Others::start(arguments.others).await?;
    let site = Site::new(&arguments.program, "fhir-r4", &connector::build()?)?;
    let task = TaskId { connection: "ward".into(), action: "appointments".into() };
    let ward = Ward { site, others, hospital, task };
    ward.remember(arguments.records).await?;
    let mut swept = Swept::default();
    for _ in 0..arguments.rounds {
        let long = ward.sweep(arguments, &mut swept).await?;
        ward.rest(long, &mut swept).await?;
    }
    Ok(swept)
}

impl Ward {
    /// Reads all of it as a baseline.
    async fn remember(&self, records: usize) -> Result<()> {
        let program = self.site.start(&self.connection(", first = \"baseline\"")).await?;
        let passed = program.pass_after(&self.task, None, true).await?;
        println!(
            "{} of {records} appointments read as a baseline in {:.0} s, remembered after {:.0} s.",
            passed.ended.read,
            passed.read.as_secs_f64(),
            passed.took.as_secs_f64()
        );
        program.stop().await
    }

    /// Runs a host that sweeps, until the end of a pass; for how long it was watched.
    async fn sweep(&self, arguments: &Arguments, swept: &mut Swept) -> Result<Duration> {
        let sweeping = self.connection(", sweep = { every = \"1s\" }");
        let program = self.site.start(&(sweeping + &self.others.connections())).await?;
        let from = settled();
        let mut last = program.last_pass(&self.task).await?;
        loop {
            let passed = program.pass_after(&self.task, last, false).await?;
            check(&passed, arguments.records)?;
            last = Some(passed.ended);
            swept.took.push(passed.read.as_secs_f64());
            let long = Duration::try_from(Timestamp::now().duration_since(from));
            let long = long.unwrap_or_default();
            if long.as_secs() >= arguments.seconds {
                swept.peaks.push(program.peak()?);
                swept.late.extend(self.others.late(from, Timestamp::now()));
                program.stop().await?;
                return Ok(long);
            }
        }
    }

    /// Runs a host that does not, as long.
    async fn rest(&self, long: Duration, swept: &mut Swept) -> Result<()> {
        let program = self.site.start(&(self.connection("") + &self.others.connections())).await?;
        let from = settled();
        time::sleep(SETTLING + long).await;
        swept.own.push(program.peak()?);
        swept.own_late.extend(self.others.late(from, Timestamp::now()));
        program.stop().await
    }

    /// The connection to the hospital, for a configuration. Nothing is looked up of an appointment:
    /// a baseline would do little else.
    fn connection(&self, further: &str) -> String {
        let url = &self.hospital;
        format!(
            "\n[[connection]]\nname = \"ward\"\nconnector = \"fhir-r4\"\nbase_url = \"{url}\"\n\
             auth = {{ type = \"none\" }}\nsettings = {{ collect = [] }}\n\
             actions = {{ appointments = {{ every = \"1m\"{further} }} }}\n"
        )
    }
}

/// From when polls are looked at in a host that was just started.
fn settled() -> Timestamp {
    Timestamp::now().checked_add(SETTLING).unwrap_or_default()
}

/// That a sweep read all and found nothing.
fn check(passed: &Passed, records: usize) -> Result<()> {
    let ended = passed.ended;
    ensure!((ended.news, ended.gone) == (0, 0), "a sweep found something: {ended:?}");
    ensure!(ended.read >= records as u64, "a sweep did not read all: {ended:?}");
    Ok(())
}
