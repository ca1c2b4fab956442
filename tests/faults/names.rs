//! Names that lead elsewhere, or nowhere: the host runs where `/etc/hosts` is a file of the
//! test's own, in a mount namespace. (What a name server can answer otherwise is in
//! `egress/tests/names.rs`.)

use std::process::Command;

use crate::support::{Clinic, Proxy, Site, connection, destination, receiver, skipped, within};

/// Mounts the two files over the machine's own, and becomes the program.
const WITH_NAMES: &str =
    "mount --bind hosts /etc/hosts && mount --bind servers /etc/resolv.conf && exec \"$0\" \"$@\"";

const EHR: &str = "127.0.0.1 ehr.example";
const APP: &str = "127.0.0.1 app.example";

/// Whether this user may have a mount namespace of its own.
fn may_unshare() -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        skipped("this user may not have names of its own; run it as root");
    }
    may
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_fails_or_turns_to_a_private_address_stops_what_asks_it_and_no_more() {
    if !may_unshare() {
        return;
    }
    let (site, clinic, receiver) =
        (Site::new(&["plain"]).await, Clinic::start().await, receiver().await);
    let proxy = Proxy::start(clinic.url()).await;
    let app = Proxy::start(receiver.url()).await;
    let named = |url: String, name: &str| url.replace("127.0.0.1", name);
    // The file is written anew in its place: what is mounted is the file, not its name.
    let names = |ehr: &str, app: &str| site.write("hosts", format!("{ehr}\n{app}\n"));
    names(EHR, APP);
    site.write("servers", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    let here = "private_addresses = [\"127.0.0.0/8\"]";
    let ward = connection("ward", "plain", &named(proxy.url(clinic.url()), "ehr.example"), here);
    let to = destination("app", &named(app.url(receiver.url()), "app.example"), here);
    site.configure(&(ward + &to));
    let host = site.start_by("unshare", &["--mount", "sh", "-c", WITH_NAMES]).await;
    clinic.book(1);
    within("the first", receiver.wait_for(1)).await;

    for (ehr, error) in [
        ("10.9.8.7 ehr.example", "*has a name that leads to a private address*"),
        ("169.254.169.254 ehr.example", "*has a name that leads to a private address*"),
        ("", "*has a name that cannot be resolved*"),
    ] {
        names(ehr, APP);
        proxy.hang_up();
        host.wait_for_error("ward/appointments", error).await;
    }
    names(EHR, "10.9.8.7 app.example");
    app.hang_up();
    clinic.book(2);
    host.wait_for("an error of the destination", |report| {
        let error = report.destinations["app"].error.as_ref()?;
        error.contains("leads to a private address").then_some(())
    })
    .await;
    names(EHR, APP);
    within("the second", receiver.wait_for(2)).await;
    assert!(receiver.attempts().iter().all(|it| !it.altered));
    let ended = host.stop().await;
    assert!(ended.status.success(), "{}", ended.log);
}
