//! The server with nothing but itself: a private PostgreSQL, and books that the sandbox makes up.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::{Output, Process, TestServer, books, command, eventually};

/// A folder for the data of a private PostgreSQL. One that still runs when a test has failed is stopped.
struct DataFolder(TempDir);

impl DataFolder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL may run as another user, who must reach its data.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// A command with no setting but a port and this folder.
    fn command(&self) -> Command {
        let mut command = command();
        command
            .env("ARBITRAGEVAULT__SERVER__PORT", "0")
            .env("ARBITRAGEVAULT__DATABASE__DATA_DIR", self.data());
        command
    }

    /// The process of PostgreSQL, as it wrote it down itself.
    fn postgres(&self) -> Option<Pid> {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok().map(Pid::from_raw)
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if let Some(postgres) = self.postgres() {
            let _ = kill(postgres, Signal::SIGQUIT);
        }
    }
}

fn is_running(process: Pid) -> bool {
    kill(process, None) != Err(Errno::ESRCH)
}

/// Waits until the system has buried a process that has ended.
async fn gone(process: Pid) {
    eventually("the process is gone", async || {
        (!is_running(process)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_configuration_brings_its_own_database_and_books_and_leaves_no_process() {
    let folder = DataFolder::new();
    let server = TestServer::start(folder.command()).await;
    let postgres = folder.postgres().unwrap();
    assert!(is_running(postgres));
    let id = server.submit(&books(5)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["source"], "GENERATED");
    assert_eq!(batch["items"]["analysed"], 5);
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0), "{}", said.join("\n"));
    let warned = said
        .iter()
        .any(|line| line.contains("no decision about real money"));
    assert!(warned, "{}", said.join("\n"));
    gone(postgres).await;
    assert_eq!(folder.postgres(), None);

    let server = TestServer::start(folder.command()).await;
    assert_eq!(server.batch(&id).await, batch);
    assert_eq!(server.stop().await.0, Some(0));
    assert_eq!(folder.postgres(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_of_a_killed_server_is_taken_over_by_the_next() {
    let folder = DataFolder::new();
    let server = TestServer::start(folder.command()).await;
    let id = server.submit(&books(1)).await;
    server.kill().await;
    let postgres = folder.postgres().unwrap();
    assert!(is_running(postgres));
    let server = TestServer::start(folder.command()).await;
    assert_eq!(folder.postgres(), Some(postgres));
    server.batch(&id).await;
    assert_eq!(server.stop().await.0, Some(0));
    gone(postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_the_private_database_recovers() {
    let folder = DataFolder::new();
    let server = TestServer::start(folder.command()).await;
    let id = server.submit(&books(3)).await;
    let batch = server.done_batch(&id).await;
    let postgres = folder.postgres().unwrap();
    kill(postgres, Signal::SIGKILL).unwrap();
    server.kill().await;
    let server = TestServer::start(folder.command()).await;
    assert_eq!(server.batch(&id).await, batch);
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_asked_to_stop_while_it_starts_leaves_no_process() {
    let folder = DataFolder::new();
    let process = Process::start(folder.command());
    let postgres = eventually("PostgreSQL starts", async || folder.postgres()).await;
    process.signal(Signal::SIGTERM);
    let (status, said) = process.wait().await;
    assert_eq!(status.code(), Some(0), "{}", said.join("\n"));
    gone(postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_start_leaves_no_process() {
    let folder = DataFolder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut command = folder.command();
    command.env("ARBITRAGEVAULT__SERVER__PORT", port.to_string());
    let output = Output::of(command, "").await;
    assert_eq!(output.code, Some(1), "{}", output.stderr);
    assert!(folder.data().join("PG_VERSION").exists());
    assert_eq!(folder.postgres(), None);
}
