//! What a newcomer does: the commands of each SDK's README, as they stand there, from nothing to a
//! notification; then the same connector in a host, and a fault in its source.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

use crate::support::{
    Hello, Site, assert_fits, destination, real::Tools, receiver, script, within,
};

/// The section whose commands are run.
const SECTION: &str = "## From nothing to a notification\n";
/// What its commands have the practice EHR listen on.
const PORT: &str = "8080";
/// How they wait for it, and how a test does.
const WAIT: &str = "sleep 1 ";
const UNTIL_IT_LISTENS: &str = "until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8080))' 2> waited\n\
     do kill -0 $!; done\n";
/// The first command.
const NEW: &str = "rounds connector new my-ehr";

/// A language's README, and a fault to plant in the connector that it makes: an uncaught
/// exception, or what the language has in its place, where the EHR says so.
struct Guide {
    sdk: &'static str,
    source: &'static str,
    /// The line after which the fault is planted.
    after: &'static str,
    fault: &'static str,
    /// What the host says of it, `LINE` being its line.
    told: &'static str,
}

const RUST: Guide = Guide {
    sdk: "rust",
    source: "my-ehr/src/lib.rs",
    after: "        let Changed { patients, until } = answer.ok()?.json()?;\n",
    fault: "        assert!(until != \"fault\", \"planted\");\n",
    told: "*panicked at src/lib.rs:LINE: planted*",
};

const PYTHON: Guide = Guide {
    sdk: "python",
    source: "my-ehr/connector.py",
    after: "        changed = answer.ok().json(Changed)\n",
    fault: "        assert changed[\"until\"] != \"fault\", \"planted\"\n",
    told: "*the connector failed: AssertionError: planted in connector.py, line LINE*",
};

const TYPESCRIPT: Guide = Guide {
    sdk: "typescript",
    source: "my-ehr/src/connector.ts",
    after: "    const { patients, until } = answer.ok().json(Changed);\n",
    fault: "    if (until === \"fault\") throw new TypeError(\"planted\");\n",
    told: "*the connector failed: TypeError: planted (at changes, connector.js:*)*",
};

const GO: Guide = Guide {
    sdk: "go",
    source: "my-ehr/connector.go",
    after: "\terr := answer.Read(&said)\n",
    fault: "\tif said.Until == \"fault\" {\n\t\tpanic(\"planted\")\n\t}\n",
    told: "*the connector failed: panicked at connector.go:LINE: planted*",
};

const C: Guide = Guide {
    sdk: "c",
    source: "my-ehr/my-ehr.c",
    after: "  const rounds_json *body = rounds_body_json(rounds_ok(answer));\n",
    fault: "  if (rounds_is(rounds_string(rounds_need(body, \"until\")), \"fault\")) rounds_panic(\"planted\");\n",
    told: "*panicked at my-ehr.c:LINE: planted*",
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_notification_in_rust() {
    RUST.follow().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_notification_in_python() {
    PYTHON.follow().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_notification_in_typescript() {
    TYPESCRIPT.follow().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_notification_in_go() {
    GO.follow().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_nothing_to_a_notification_in_c() {
    C.follow().await;
}

impl Guide {
    async fn follow(&self) {
        let tools = Tools::ready();
        let site = Site::new(&[]).await;
        let (new, rest) = self.commands();
        self.run(&site, tools, &new).await;
        self.plant(&site);
        // Each connector is compiled once, by the build.
        site.share_cache();
        let rest = rest.replace(WAIT, UNTIL_IT_LISTENS).replace(PORT, &free_port().to_string());
        let told = self.run(&site, tools, &rest).await;
        assert_fits("*; 0 findings, *", &told);
        let told = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let events: Vec<_> = told.filter_map(|it| it["type"].as_str().map(str::to_owned)).collect();
        assert_eq!(events, ["PatientAdmin.PatientUpdate"], "{}", self.sdk);
        self.poll(&site).await;
    }

    /// The command that makes the project, and all that follow.
    fn commands(&self) -> (String, String) {
        let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").join(self.sdk);
        let readme = fs::read_to_string(sdk.join("README.md")).unwrap();
        let (_, section) = readme.split_once(SECTION).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let blocks = section.split("```").filter_map(|block| block.strip_prefix("sh\n"));
        let blocks: String = blocks.collect();
        let (new, rest) = blocks.split_once('\n').unwrap();
        assert!(new.starts_with(NEW), "{new}");
        (new.into(), rest.into())
    }

    async fn run(&self, site: &Site, tools: Tools, commands: &str) -> String {
        let said = script(&site.path(""), commands, &tools.variables()).await;
        assert_eq!(said.code, Some(0), "{}: {}\n{}", self.sdk, said.out, said.error);
        said.out
    }

    /// Plants the fault. Where cargo is to build, it does with the dependencies that are here.
    fn plant(&self, site: &Site) {
        let source = fs::read_to_string(site.path(self.source)).unwrap();
        let (before, after) = source.split_once(self.after).expect("the line is in the source");
        site.write(self.source, [before, self.after, self.fault, after].concat());
        if self.sdk == "rust" {
            let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            fs::copy(workspace.join("Cargo.lock"), site.path("my-ehr/Cargo.lock")).unwrap();
        }
    }

    /// Where the fault is.
    fn line(&self, site: &Site) -> usize {
        let source = fs::read_to_string(site.path(self.source)).unwrap();
        let (before, _) = source.split_once("planted").unwrap();
        before.lines().count()
    }

    /// Has a host poll with what was built, first well, then into the fault.
    async fn poll(&self, site: &Site) {
        let (ehr, receiver) = (Hello::start().await, receiver().await);
        let app = destination("app", receiver.url(), "");
        site.configure(&format!(
            "[[connection]]\nname = \"practice\"\nconnector = \"my-ehr\"\nbase_url = \"{}\"\n\
             actions = {{ patients = {{ every = \"1s\" }} }}\n\n{app}",
            ehr.url()
        ));
        let host = site.start().await;
        within("a notification", receiver.wait_for(1)).await;
        let body: Value = serde_json::from_slice(&receiver.received()[0].body).unwrap();
        assert_eq!(body["meta"]["connector"], "my-ehr@0.1.0", "{}", self.sdk);
        ehr.say_until("fault");
        let told = host.wait_for_error("practice/patients", "*").await;
        assert_fits(&self.told.replace("LINE", &self.line(site).to_string()), &told);
        host.stop().await;
    }
}

/// A port that is free, and none of those that a system gives to who asks for any.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let ports = std::iter::repeat_with(|| {
        let number = process::id() * 16 + NEXT.fetch_add(1, Ordering::Relaxed);
        u16::try_from(10_000 + number % 20_000).unwrap()
    });
    ports.take(100).find(is_free).expect("a free port")
}
