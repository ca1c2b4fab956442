//! The way of someone who writes a connector: from nothing to a notification, and on to the next
//! version, swapped in a host that runs.

use std::{fs, os::unix::fs::symlink, path::Path, process::Stdio};

use rounds::practice::Received;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time,
};

use crate::support::{
    COMPILING, Hello, Site, assert_fits, destination, done, receiver, target, within,
};

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

/// A new project in Rust, whose dependencies are those that are here. Tests share a folder of what
/// is built, so each has a name of its own.
async fn new_project(site: &Site, name: &str) {
    let new = site.rounds(&["connector", "new", name, "--lang", "rust"]).await;
    assert_eq!((new.code, new.out.as_str()), (Some(0), name), "{new:?}");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(workspace.join("Cargo.lock"), site.path(&format!("{name}/Cargo.lock"))).unwrap();
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
async fn a_build_replaces_connectors_alone_and_says_what_else_it_wrote() {
    let site = Site::new(&[]).await;
    new_project(&site, "placed").await;
    let build = async |further: &[&str]| {
        let arguments = [&["connector", "build", "placed", "-o"], further].concat();
        done(compiling(&site, &arguments)).await
    };
    site.write("letter.txt", "Dear Dr");
    fs::create_dir_all(site.path("folder/placed.wasm")).unwrap();
    symlink("/dev/null", site.path("null.wasm")).unwrap();
    for (file, what) in [
        ("letter.txt", "*letter.txt is no WebAssembly, *--force*"),
        ("null.wasm", "*null.wasm is no plain file, *"),
        ("folder", "*folder/placed.wasm is a folder, *"),
    ] {
        let said = build(&[file]).await;
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_fits(what, &said.error);
    }
    assert_eq!(fs::read(site.path("letter.txt")).unwrap(), b"Dear Dr");
    let said = build(&["letter.txt", "--force"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("*letter.txt was no WebAssembly, and was replaced*", &said.error);
    symlink("letter.txt", site.path("link.wasm")).unwrap();
    let said = build(&["link.wasm"]).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), "link.wasm"), "{said:?}");
    assert_fits("*link.wasm is a link; what it points to was written: */letter.txt*", &said.error);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_built_is_signed_for_a_host_that_takes_nothing_else() {
    let site = Site::new(&["hello"]).await;
    let (ehr, receiver) = (Hello::start().await, receiver().await);
    new_project(&site, "signed").await;
    let made = site.rounds(&["connector", "keygen", "-o", "key.pem"]).await;
    let other = site.rounds(&["connector", "keygen", "-o", "other.pem"]).await;
    assert_eq!((made.code, other.code), (Some(0), Some(0)), "{made:?} {other:?}");
    let file = "connectors/hello.wasm";
    let signed = site.rounds(&["connector", "sign", file, "--key", "key.pem"]).await;
    assert_eq!(signed.code, Some(0), "{signed:?}");
    let app = destination("app", receiver.url(), "");
    site.configure(&format!(
        "[host.trust]\nsignatures = \"require\"\nkeys = [{{ name = \"own\", key = \"{}\" }}]\n\n\
         [[connection]]\nname = \"practice\"\nconnector = \"hello\"\nbase_url = \"{}\"\n\
         actions = {{ patients = {{ every = \"1s\" }} }}\n\n{app}",
        made.out,
        ehr.url()
    ));
    let source = fs::read_to_string(site.path("signed/src/lib.rs")).unwrap();
    let own = source.replace("\"signed\", \"0.1.0\"", "\"hello\", \"0.2.0\"");
    assert_ne!(own, source);
    site.write("signed/src/lib.rs", own);
    let host = site.start().await;
    let address = host.address();
    let dev = ["connector", "dev", "signed", "-c", "rounds.toml", "--admin", &address];
    let said = site.rounds(&dev).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_fits(
        "*takes signed connectors alone: *--key FILE*rounds connector keygen*",
        &said.error,
    );
    let said = site.rounds(&[dev.as_slice(), &["--key", "other.pem"]].concat()).await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_fits("*does not trust this key*keys = *", &said.error);
    let with_key = [dev.as_slice(), &["--key", "key.pem"]].concat();
    let mut dev = Dev::start(compiling(&site, &with_key));
    assert!(dev.says("served: ").await.contains("hello@0.2.0"), "{:?}", dev.said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connector_tells_and_its_next_version_is_swapped_as_its_source_changes() {
    let site = Site::new(&[]).await;
    let (ehr, receiver) = (Hello::start().await, receiver().await);
    new_project(&site, "own-ehr").await;
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
