//! A host between the server and a receiver, and what must hold of what the receiver took.

use rounds::practice::Receiver;
use tokio::time;

use super::{
    LONG,
    ledger::{Told, Verdict},
    writer::Writer,
};
use crate::support::{FHIR, Rounds, Running, Site, destination, real::Hapi, receiver};

/// When a stream of notifications is looked at: it may pause for so long within.
const PAUSE: time::Duration = time::Duration::from_millis(100);

/// What a test has.
pub(super) struct Stage {
    pub(super) hapi: Hapi,
    pub(super) writer: Writer,
    pub(super) receiver: Running<Receiver>,
    pub(super) site: Site,
    tasks: Vec<String>,
}

impl Stage {
    /// One with a turn at HAPI, whose host polls these actions; `None` where there can be no HAPI.
    pub(super) async fn new(actions: &[&str]) -> Option<Self> {
        let hapi = Hapi::turn().await?;
        let (site, receiver) = (Site::new(&[FHIR]).await, receiver().await);
        let writer = Writer::new(hapi.clone());
        let tasks = actions.iter().map(|action| format!("hapi/{action}")).collect();
        let stage = Self { hapi, writer, receiver, site, tasks };
        stage.configure(&stage.hapi.base_url(), "{ every = \"1s\" }", "");
        Some(stage)
    }

    /// Has the host poll at this URL, this often, with further lines for the connection.
    pub(super) fn configure(&self, url: &str, when: &str, further: &str) {
        let action = |task: &String| format!("{} = {when}", task.replace("hapi/", ""));
        let actions: Vec<_> = self.tasks.iter().map(action).collect();
        let connection = format!(
            "[[connection]]\nname = \"hapi\"\nconnector = \"{FHIR}\"\nbase_url = \"{url}\"\n{further}\n\
             actions = {{ {} }}\n\n",
            actions.join(", ")
        );
        self.site.configure(&(connection + &destination("app", self.receiver.url(), "")));
    }

    /// Starts the host, and waits until it knows from when on it is to tell.
    pub(super) async fn start(&self) -> Rounds {
        let host = self.site.start().await;
        let tasks = &self.tasks;
        let polled = |report: &rounds::status::Report| {
            let is_polled =
                |task: &String| report.tasks.get(task).is_some_and(|task| task.polls > 0);
            tasks.iter().all(is_polled).then_some(())
        };
        host.wait_for("a first poll of each action", polled).await;
        host
    }

    /// All that the receiver took.
    pub(super) fn told(&self) -> Vec<Told> {
        self.receiver.received().iter().map(Told::from).collect()
    }

    /// What there is to say of it now.
    pub(super) fn verdict(&self) -> Verdict {
        self.writer.ledger.judge(&self.told())
    }

    /// Waits until every record's last state is told, and some polls longer; nothing of it may have been
    /// told twice or backwards, a repetition under its id after a kill apart.
    pub(super) async fn all_is_told(&self, host: &Rounds, with_kills: bool) {
        let mut told: Vec<Told> = Vec::new();
        loop {
            let verdict = self.writer.ledger.judge(&told);
            if verdict.is_whole() {
                break;
            }
            let Ok(more) = time::timeout(LONG, self.receiver.attempts_after(told.len())).await
            else {
                panic!("nothing more is told: {}\n{}", verdict.story(), self.story(host).await);
            };
            told.extend(more.iter().map(Told::from));
            while let Ok(more) =
                time::timeout(PAUSE, self.receiver.attempts_after(told.len())).await
            {
                told.extend(more.iter().map(Told::from));
            }
        }
        for task in &self.tasks {
            host.wait_for_polls(task, 2).await;
        }
        self.is_idle(host).await;
        let verdict = self.verdict();
        let well = verdict.is_whole() && verdict.is_right(with_kills);
        assert!(well, "{}\n{}", verdict.story(), self.story(host).await);
    }

    /// Waits until all that was found is told.
    pub(super) async fn is_idle(&self, host: &Rounds) {
        let idle = |report: &rounds::status::Report| {
            (report.pending.get("hapi").is_none_or(|pending| *pending == 0)).then_some(())
        };
        host.wait_for("nothing to be under way", idle).await;
    }

    async fn story(&self, host: &Rounds) -> String {
        let report = host.status().await;
        format!("{:#?}\n{:#?}\n{}", report.tasks, report.pending, self.hapi.log())
    }
}
