//! What was in service may come back, whatever its version; nothing else that is older.

use std::{fs, path::Path};

use super::{TASK, Ward, by, records, section};
use crate::support::{Site, assert_fits, guest, within};

const FILE: &str = "connectors/plain.wasm";

/// A host that keeps the old file beside its folder, with a patch in its place.
async fn patched(further: &str) -> Ward {
    let ward = Ward::that_waits(further).await;
    keep(&ward.site);
    ward.offer("patched");
    ward.wait_for_version("0.1.1").await;
    ward
}

fn keep(site: &Site) {
    fs::rename(site.path(FILE), site.path("plain-0.1.0.wasm")).unwrap();
}

/// Moves the old file back, with the times that it had.
fn put_back(site: &Site) {
    fs::rename(site.path("plain-0.1.0.wasm"), site.path(FILE)).unwrap();
}

fn put_patch(site: &Site) {
    keep(site);
    fs::copy(guest("patched"), site.path(FILE)).unwrap();
}

impl Ward {
    async fn prove(&self) {
        for _ in 0..3 {
            self.host.poll(&[TASK]).await;
        }
        let proven = |report: &rounds::status::Report| {
            report.connectors.get("plain")?.on_trial_against.is_none().then_some(())
        };
        self.host.wait_for("the end of the trial", proven).await;
    }

    /// The old one polls, with nothing to prove and nothing said against it.
    async fn is_back(&self) {
        self.wait_for_version("0.1.0").await;
        let plain = self.host.status().await.connectors["plain"].clone();
        assert_eq!((plain.on_trial_against, plain.error), (None, None));
        let told = self.receiver.received().len();
        self.clinic.book(7);
        self.host.poll(&[TASK]).await;
        within("a notification", self.receiver.wait_for(told + 1)).await;
        assert_eq!(by(self.receiver.received().last().unwrap()), "plain@0.1.0");
    }
}

#[tokio::test]
async fn the_old_file_comes_back_while_the_new_one_is_on_trial_and_after_it() {
    let ward = patched("").await;
    put_back(&ward.site);
    ward.is_back().await;
    put_patch(&ward.site);
    ward.wait_for_version("0.1.1").await;
    ward.prove().await;
    put_back(&ward.site);
    ward.is_back().await;
    // It stays, though a newer one has proven itself; and that one comes back as well.
    let ward = ward.restarted(|_| {}).await;
    ward.is_back().await;
    put_patch(&ward.site);
    ward.wait_for_version("0.1.1").await;
    ward.host.poll(&[TASK]).await;
    assert_eq!(records(&ward.receiver), [1, 2, 3, 4], "each once");
    ward.host.stop().await;
}

#[tokio::test]
async fn the_old_file_comes_back_at_a_restart() {
    let ward = patched("").await.restarted(put_back).await;
    ward.is_back().await;
    let ward = ward.restarted(put_patch).await;
    ward.wait_for_version("0.1.1").await;
    ward.prove().await;
    // What is known of it outlives hosts that did not use it.
    let ward = ward.restarted(|_| {}).await.restarted(put_back).await;
    ward.is_back().await;
    assert_eq!(records(&ward.receiver), [1, 2, 3], "each once");
    ward.host.stop().await;
}

#[tokio::test]
async fn another_file_of_the_old_version_does_not() {
    let ward = patched("").await;
    let named = [vec![1, b'x'], b"another build".to_vec()].concat();
    let another = [fs::read(guest("plain")).unwrap(), section(0, &named)].concat();
    for (name, bytes) in [("another", another), ("older", fs::read(guest("older")).unwrap())] {
        ward.place(&bytes, "plain.wasm");
        let refused = |report: &rounds::status::Report| report.refused.get("plain.wasm").cloned();
        let why = ward.host.wait_for(name, refused).await;
        assert_fits("*is older than 0.1.1*host.trust.allow_older*", &why);
        assert_eq!(ward.host.status().await.connectors["plain"].version, "0.1.1", "{name}");
        fs::copy(guest("patched"), ward.site.path(FILE)).unwrap();
        let well = |report: &rounds::status::Report| report.refused.is_empty().then_some(());
        ward.host.wait_for("nothing refused", well).await;
    }
    ward.host.stop().await;
}

#[tokio::test]
async fn what_comes_back_is_signed_where_signatures_are_required() {
    let site = Site::new(&[]).await;
    let said = site.rounds(&["connector", "keygen", "-o", "acme.pem"]).await;
    let key = fs::read(site.path("acme.pem")).unwrap();
    let trust = format!(
        "trust = {{ signatures = \"warn\", keys = [{{ name = \"acme\", key = \"{}\" }}] }}\n",
        said.out
    );
    let ward = patched(&trust).await;
    ward.site.write("acme.pem", &key);
    let signed = ward.site.rounds(&["connector", "sign", FILE, "--key", "acme.pem"]).await;
    assert_eq!(signed.code, Some(0), "{signed:?}");
    let require = |site: &Site| {
        let path = site.path("rounds.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"warn\"", "\"require\"")).unwrap();
    };
    let ward = ward.restarted(require).await;
    let signature = ward.site.path("connectors/plain.wasm.sig");
    fs::rename(&signature, ward.site.path("patched.sig")).unwrap();
    put_back(&ward.site);
    let refused = |report: &rounds::status::Report| report.refused.get("plain.wasm").cloned();
    let why = ward.host.wait_for("an unsigned file", refused).await;
    assert_fits("*is not signed*", &why);
    sign(&ward.site, Path::new(FILE)).await;
    ward.is_back().await;
    ward.host.stop().await;
}

async fn sign(site: &Site, file: &Path) {
    let file = file.display().to_string();
    let said = site.rounds(&["connector", "sign", &file, "--key", "acme.pem"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
}
