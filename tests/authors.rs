//! The way of someone who writes a connector: from nothing to a notification, and on to the next
//! version, swapped in a host that runs.

use std::{fs, path::Path, process::Stdio};

use rounds::practice::Received;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time,
};

use crate::support::{COMPILING, Hello, Site, destination, done, receiver, target, within};

/// `rounds connector dev`, with what it says. Dropping it kills it.
struct Dev {
    _child: Child,
    said: Vec<String>,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Dev {
    fn start(mut command: Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("a pipe");
        Self { _child: child, said: Vec::new(), lines: BufReader::new(stderr).lines() }
    }

    /// Waits until it says a line that begins so, and answers the rest of that.
    async fn says(&mut self, start: &str) -> String {
        let said = time::timeout(COMPILING, async {
            while let Some(line) = self.lines.next_line().await.expect("text") {
                self.said.push(line.clone());
                if let Some(rest) = line.strip_prefix(start) {
                    return Some(rest.to_owned());
                }
            }
            None
        });
        match said.await {
            Ok(Some(rest)) => rest,
            _ => panic!("it never said `{start}`:\n{}", self.said.join("\n")),
        }
    }
}

/// A command that compiles with what other tests compiled.
fn compiling(site: &Site, arguments: &[&str]) -> Command {
    let mut command = site.command(arguments);
    command.env("CARGO_TARGET_DIR", target());
    command
}

/// A new project in Rust, whose dependencies are those that are here.
async fn new_project(site: &Site) {
    let new = site.rounds(&["connector", "new", "own-ehr", "--lang", "rust"]).await;
    assert_eq!((new.code, new.out.as_str()), (Some(0), "own-ehr"), "{new:?}");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(workspace.join("Cargo.lock"), site.path("own-ehr/Cargo.lock")).unwrap();
}

fn configure(site: &Site, ehr: &str, receiver: &str) {
    let app = destination("app", receiver, "");
    site.configure(&format!(
        "[[connection]]\nname = \"practice\"\nconnector = \"own-ehr\"\nbase_url = \"{ehr}\"\n\
         actions = {{ patients = {{ every = \"1s\" }} }}\n\n{app}"
    ));
}

fn connector_of(received: &Received) -> String {
    let body: serde_json::Value = serde_json::from_slice(&received.body).expect("JSON");
    body["meta"]["connector"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connector_tells_and_its_next_version_is_swapped_as_its_source_changes() {
    let site = Site::new(&[]).await;
    let (ehr, receiver) = (Hello::start().await, receiver().await);
    new_project(&site).await;
    let again = site.rounds(&["connector", "new", "own-ehr", "--lang", "rust"]).await;
    assert_eq!(again.code, Some(2), "{again:?}");

    let built =
        done(compiling(&site, &["connector", "build", "own-ehr", "-o", "connectors"])).await;
    assert_eq!(built.out, "connectors/own-ehr.wasm", "{built:?}");
    let inspected = site.rounds(&["connector", "inspect", &built.out, "--json"]).await.json();
    assert_eq!(inspected["contract"], "rounds:connector@0.1.0", "{inspected}");
    let tools = inspected["made_with"].as_array().unwrap();
    assert!(tools.iter().any(|tool| tool["name"] == "rustc"), "{inspected}");
    let test = ["connector", "test", &built.out, "--exchanges", "own-ehr/exchanges"];
    let tested = site.rounds(&test).await;
    assert_eq!(tested.code, Some(0), "{tested:?}");

    configure(&site, ehr.url(), receiver.url());
    let host = site.start().await;
    within("a notification", receiver.wait_for(1)).await;

    let dev = ["connector", "dev", "own-ehr", "-c", "rounds.toml", "--admin", &host.address()];
    let mut dev = Dev::start(compiling(&site, &dev));
    assert!(dev.says("served: ").await.contains("own-ehr@0.1.0"));
    dev.says("waiting").await;

    let source = fs::read_to_string(site.path("own-ehr/src/lib.rs")).unwrap();
    site.write("own-ehr/src/lib.rs", source.replace("0.1.0", "0.2.0") + "\nlet no = rust;\n");
    dev.says("not built: ").await;
    assert_eq!(host.status().await.connectors["own-ehr"].version, "0.1.0");

    site.write("own-ehr/src/lib.rs", source.replace("0.1.0", "0.2.0"));
    assert!(dev.says("served: ").await.contains("own-ehr@0.2.0"), "{:?}", dev.said);
    assert_eq!(host.status().await.connectors["own-ehr"].version, "0.2.0");
    ehr.admit("8");
    within("what the next version tells", receiver.wait_for(2)).await;
    let told: Vec<_> = receiver.received().iter().map(connector_of).collect();
    assert_eq!(told, ["own-ehr@0.1.0", "own-ehr@0.2.0"]);
}
