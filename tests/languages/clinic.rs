//! The connector that exists in all languages: each passes the same recorded exchanges, and all
//! do the same, to the byte.

use std::{fs, path::PathBuf};

use rounds::{
    config::Limits,
    connector::{Cache, Connector, Engine},
    connector_test::{
        drive::{Asked, Drive, Ehr, Polled},
        scenario::{self, Exchange, Scenario},
    },
    egress::Response,
};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::tree::{Tree, sources};
use crate::support::{Site, cache_home, done, real::Tools, script, target};

/// Each is a folder of `examples/clinic`.
pub(super) const LANGUAGES: [&str; 5] = ["rust", "python", "typescript", "go", "c"];

/// The component of the clinic in every language, built once a test process.
pub(super) async fn built() -> &'static [PathBuf] {
    static BUILT: OnceCell<Vec<PathBuf>> = OnceCell::const_new();
    let build = async || {
        let (tools, tree) = (Tools::ready(), Tree::new());
        let mut files = Vec::new();
        for language in LANGUAGES {
            files.push(build(language, tools, &tree).await);
        }
        files
    };
    BUILT.get_or_init(build).await
}

async fn build(language: &str, tools: Tools, tree: &Tree) -> PathBuf {
    let folder = match language {
        // A member of the workspace.
        "rust" => sources().join("examples/clinic/rust"),
        _ => tree.path("examples/clinic").join(language),
    };
    let prepare = if language == "typescript" { "npm install\n" } else { "" };
    let file = target().join("clinics").join(language).join("clinic.wasm");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let build = format!("{prepare}rounds connector build . -o '{}'", file.display());
    let mut variables = tools.variables();
    variables.push(("VIRTUAL_ENV", tools.environment().into()));
    let said = script(&folder, &build, &variables).await;
    assert_eq!(said.code, Some(0), "{language}: {}\n{}", said.out, said.error);
    file
}

fn scenarios() -> Vec<Scenario> {
    let found = scenario::find(&[sources().join("examples/clinic/exchanges")]).unwrap();
    assert!(found.scenarios.len() > 5, "{:?}", found.looked);
    found.scenarios
}

/// A poll's exchanges, each of which answers once.
struct Recorded<'a>(Vec<&'a Exchange>);

impl Ehr for Recorded<'_> {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let at = self.0.iter().position(|exchange| exchange.request == asked.text);
        at.map(|at| self.0.remove(at).response()).ok_or_else(|| asked.text.clone())
    }
}

/// All that a connector does in a scenario, poll by poll, and whether the poll ended well. What it
/// says in its log, and in words of a failure, is its language's own, and so are the bytes of a
/// record on its way to `collect`, as some read it and write it again.
async fn played(connector: &Connector, scenario: &Scenario) -> Vec<(Polled, bool)> {
    let mut drive = Drive::new(connector, scenario.setup());
    let mut played = Vec::new();
    for (poll, now) in scenario.polls.iter().zip(scenario.times()) {
        drive.set_mode(poll.mode());
        let ended = drive.poll(now, &mut Recorded(poll.exchanges.iter().collect())).await;
        let is_well = ended.is_ok();
        let mut polled = ended.unwrap_or_else(|stopped| *stopped.until);
        polled.log.clear();
        let changes = polled.changes.iter_mut().map(|change| &mut change.data);
        for data in changes.chain(polled.unreadable.iter_mut().map(|odd| &mut odd.data)) {
            *data = serde_json::from_str::<Value>(data).unwrap().to_string();
        }
        played.push((polled, is_well));
    }
    played
}

/// The payloads, to be seen beside others.
fn payloads(played: &[(Polled, bool)]) -> Vec<&str> {
    let told = played.iter().flat_map(|(polled, _)| &polled.told);
    told.map(|told| told.payload.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clinic_passes_its_exchanges_in_every_language() {
    let built = built().await;
    let site = Site::new(&[]).await;
    let exchanges = sources().join("examples/clinic/exchanges").display().to_string();
    for (language, file) in LANGUAGES.iter().zip(built) {
        let file = file.to_str().unwrap();
        let test = site.command(&["connector", "test", file, "--exchanges", &exchanges]);
        let tested = done(test).await;
        assert_eq!(tested.code, Some(0), "{language}: {}\n{}", tested.out, tested.error);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clinic_does_the_same_to_the_byte_in_every_language() {
    let built = built().await;
    let cache = Cache::open(&cache_home().join("rounds")).unwrap();
    let engine = Engine::new(&Limits::default(), 1, Some(cache)).unwrap();
    let mut told = 0;
    let rust = Connector::load(&engine, &built[0]).await.unwrap();
    for (language, file) in LANGUAGES.iter().zip(built).skip(1) {
        let other = Connector::load(&engine, file).await.unwrap();
        assert_eq!(other.manifest(), rust.manifest(), "{language}");
        for scenario in scenarios() {
            let place = format!("{language}, {}", scenario.name());
            let (expected, found) =
                (played(&rust, &scenario).await, played(&other, &scenario).await);
            assert_eq!(payloads(&found), payloads(&expected), "{place}");
            assert!(found == expected, "{place}: requests, changes, memos or cursors differ");
            told += payloads(&found).len();
        }
    }
    assert!(told > 100, "only {told} notifications were compared");
}
