//! A real registry: Debian's `docker-registry`, that lets one user in.

use serde_json::Value;

use super::{
    folder::Folder,
    install::{debian, python},
    process::Process,
};

/// Whom it lets in.
pub(crate) const USER: &str = "rounds";
/// With what.
pub(crate) const PASSWORD: &str = "s3cr3t-registry";
/// The same as `htpasswd -B` writes it.
const HTPASSWD: &str = "rounds:$2y$05$5KSSJscfIqPYTkwCbofsGOGBL.3hLLyJC8snDZpuY4N6Q9hOn5QWW";

/// What manifests are asked for as.
const ACCEPT: &str =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";

/// A running registry, at first empty. Dropping it ends it and removes its data.
pub(crate) struct RealRegistry {
    process: Process,
    http: reqwest::Client,
    /// Dropped after the process that writes there.
    _folder: Folder,
}

impl RealRegistry {
    /// Starts one.
    pub(crate) async fn start() -> Self {
        let folder = Folder::new("registry");
        let mut command = python("registry.py");
        command.arg(debian("usr/bin/docker-registry")).arg(&folder.0).arg(HTPASSWD);
        let process = Process::start("docker-registry", command).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { process, http, _folder: folder }
    }

    /// Host and port.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.process.port())
    }

    /// A manifest by its tag or digest, and its bytes.
    pub(crate) async fn manifest(&self, repository: &str, name: &str) -> (Value, Vec<u8>) {
        let bytes = self.get(&format!("{repository}/manifests/{name}")).await;
        (serde_json::from_slice(&bytes).expect("JSON"), bytes)
    }

    /// What a descriptor names.
    pub(crate) async fn blob(&self, repository: &str, descriptor: &Value) -> Vec<u8> {
        let digest = descriptor["digest"].as_str().expect("a digest");
        self.get(&format!("{repository}/blobs/{digest}")).await
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let asked = self.http.get(format!("{}/v2/{path}", self.process.origin()));
        let asked = asked.basic_auth(USER, Some(PASSWORD)).header("accept", ACCEPT);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}\n{}", self.process.log());
        answer.bytes().await.expect("a body").to_vec()
    }
}
