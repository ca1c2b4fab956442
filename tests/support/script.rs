//! Programs and scripts of the shell, run to their end with all that they start.

use std::{path::Path, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time,
};

use super::site::Said;

/// Compiling takes longer than all else that tests wait for.
pub(crate) const COMPILING: Duration = Duration::from_secs(600);

/// All that a command started. Ended with the value.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        // Fails where nothing of it runs any more, as it should be.
        kill_process_group(self.0, Signal::KILL).ok();
    }
}

/// What a command says, which may compile. What it leaves running is ended with it.
pub(crate) async fn done(mut command: Command) -> Said {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let id = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let group = Group(id.expect("a process that nobody waited for"));
    let (out, error) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let ended = async {
        let status = child.wait().await.expect("a status");
        drop(group);
        status
    };
    let all = async { tokio::join!(ended, text(out), text(error)) };
    let Ok((status, out, error)) = time::timeout(COMPILING, all).await else {
        panic!("it never ended: {command:?}")
    };
    Said { code: status.code(), out, error }
}

/// What a script of the shell says in a folder; it ends at the first command that fails.
pub(crate) async fn script(
    folder: &Path,
    text: &str,
    variables: &[(&str, std::ffi::OsString)],
) -> Said {
    let mut command = Command::new("sh");
    command.args(["-euc", text]).current_dir(folder).env("NO_COLOR", "1").env_remove("RUST_LOG");
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    done(command).await
}

async fn text(mut pipe: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).await.expect("a pipe");
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}
