//! What stands between a host and its servers in a hospital, as Debian has it: tinyproxy, the only
//! way out, and nginx, which lets in only whom an authority vouches for.

use std::{fs, path::Path, process::Command};

use rcgen::{CertificateParams, date_time_ymd};

use super::{
    folder::Folder,
    install::{debian, python},
    process::Process,
};
use crate::support::Authority;

/// Whom the proxy lets out.
pub(crate) const USER: &str = "rounds";
/// With what.
pub(crate) const PASSWORD: &str = "s3cr3t-proxy";

/// A running forward proxy.
pub(crate) struct Forward {
    process: Process,
    _folder: Folder,
}

impl Forward {
    /// One that lets out [`USER`] alone.
    pub(crate) async fn start() -> Self {
        Self::telling(&format!("BasicAuth {USER} {PASSWORD}")).await
    }

    /// One with these lines in its configuration.
    pub(crate) async fn telling(lines: &str) -> Self {
        let folder = Folder::new("tinyproxy");
        let file = folder.0.join("tinyproxy.conf");
        let text = format!(
            "Port PORT\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 50\n\
             LogLevel Connect\n{lines}\n"
        );
        fs::write(&file, text).expect("a file");
        let mut command = daemon(&file);
        command.arg(debian("usr/bin/tinyproxy")).args(["-d", "-c"]).arg(&file);
        Self { process: Process::start("tinyproxy", command).await, _folder: folder }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        self.process.origin()
    }

    /// What it was asked for, as `CONNECT 127.0.0.1:1234` or `GET http://…`.
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |line: &serde_json::Value| {
            let request = line["log"].as_str()?.split_once("): ")?.1;
            let known = request.starts_with("CONNECT ") || request.contains(" http://");
            known.then(|| request.trim_end_matches(" HTTP/1.1").to_owned())
        };
        self.process.lines().iter().filter_map(line).collect()
    }
}

/// A running server that speaks TLS for one that does not, and lets in whom `clients` vouches for.
pub(crate) struct Front {
    process: Process,
    path: String,
    _folder: Folder,
}

impl Front {
    /// Before a server by its URL, certified by `ours`.
    pub(crate) async fn start(server: &str, ours: &Authority, clients: &Authority) -> Self {
        let folder = Folder::new("nginx");
        let at = |name: &str| folder.0.join(name).display().to_string();
        let (certificate, key) = client(ours, "127.0.0.1", 2090);
        for (name, text) in
            [("cert.pem", certificate), ("key.pem", key), ("clients.pem", clients.0.pem())]
        {
            fs::write(at(name), text).expect("a file");
        }
        let (host, path) =
            server.trim_start_matches("http://").split_once('/').unwrap_or((server, ""));
        let host = host.trim_start_matches("http://");
        let text = format!(
            "daemon off;\nmaster_process off;\npid {pid};\nerror_log stderr;\nevents {{}}\nhttp {{\n\
             access_log off;\nclient_body_temp_path {temp};\nproxy_temp_path {temp};\n\
             fastcgi_temp_path {temp};\nuwsgi_temp_path {temp};\nscgi_temp_path {temp};\n\
             server {{\nlisten 127.0.0.1:PORT ssl;\nssl_certificate {cert};\n\
             ssl_certificate_key {key};\nssl_client_certificate {clients};\n\
             ssl_verify_client on;\nclient_max_body_size 0;\n\
             location / {{ proxy_pass http://{host}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https; }}\n}}\n}}\n",
            pid = at("pid"),
            temp = at("temp"),
            cert = at("cert.pem"),
            key = at("key.pem"),
            clients = at("clients.pem"),
        );
        let file = folder.0.join("nginx.conf");
        fs::write(&file, text).expect("a file");
        let mut command = daemon(&file);
        command.arg(debian("usr/sbin/nginx")).arg("-p").arg(&folder.0).arg("-c").arg(&file);
        command.args(["-e", "stderr"]);
        let process = Process::start("nginx", command).await;
        Self { process, path: path.to_owned(), _folder: folder }
    }

    /// Where it is, with the path of the server behind it.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}/{}", self.process.port(), self.path)
            .trim_end_matches('/')
            .to_owned()
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.process.port())
    }
}

/// A certificate for a name and its key in PEM, good until the end of the year before.
pub(crate) fn client(authority: &Authority, name: &str, until: i32) -> (String, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
    let (certificate, key) = authority.certify(&params);
    (certificate.pem(), key.serialize_pem())
}

fn daemon(file: &Path) -> Command {
    let mut command = python("daemon.py");
    command.arg(file);
    command
}
