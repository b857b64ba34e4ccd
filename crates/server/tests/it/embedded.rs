//! The server with nothing but itself: a private PostgreSQL, and books that the sandbox makes up.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::support::{Output, Process, TestServer, books, command, eventually};

/// A folder for the data of a private PostgreSQL. One that still runs when a test has failed is stopped.
pub(crate) struct DataFolder {
    folder: TempDir,
    key: OnceCell<String>,
}

impl DataFolder {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL may run as another user, who must reach its data.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self {
            folder,
            key: OnceCell::new(),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command with no setting but a port and this folder.
    fn command(&self) -> Command {
        let mut command = command();
        command
            .env("ARBITRAGEVAULT__SERVER__PORT", "0")
            .env("ARBITRAGEVAULT__DATABASE__DATA_DIR", self.data());
        command
    }

    /// A server that answers, called with the key that the first one showed.
    pub(crate) async fn start(&self) -> TestServer {
        let server = TestServer::start(self.command()).await;
        let key = self.key.get_or_init(|| server.shown_key()).await;
        server.with_key(key)
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
    let server = folder.start().await;
    let postgres = folder.postgres().unwrap();
    assert!(is_running(postgres));
    let id = server.submit(&books(5)).await;
    let batch = server.done_batch(&id).await;
    assert_eq!(batch["source"], "GENERATED");
    assert_eq!(batch["items"]["analysed"], 5);
    let (code, first_said) = server.stop().await;
    assert_eq!(code, Some(0), "{}", first_said.join("\n"));
    let warned = first_said
        .iter()
        .any(|line| line.contains("no decision about real money"));
    assert!(warned, "{}", first_said.join("\n"));
    gone(postgres).await;
    assert_eq!(folder.postgres(), None);

    let server = folder.start().await;
    assert_eq!(server.batch(&id).await, batch);
    let (code, said) = server.stop().await;
    assert_eq!(code, Some(0));
    // The key was shown once, to the person, and no log has it.
    let shown = |said: &[String]| said.iter().filter(|line| line.contains("avk_")).count();
    assert_eq!((shown(&first_said), shown(&said)), (1, 0));
    assert_eq!(folder.postgres(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_on_the_command_line_beside_a_running_server() {
    let folder = DataFolder::new();
    let server = folder.start().await;
    let mut create = folder.command();
    create.args(["keys", "create", "--name", "Reader", "--role", "viewer"]);
    let created = Output::of(create, "").await;
    assert_eq!(created.code, Some(0), "{}", created.stderr);
    let reader = server.with_key(created.stdout.trim());
    assert_eq!(reader.get("/api/v1/batches").await.status, 200);
    let refused = reader.post("/api/v1/batches/01939c2e-8a2b-7c3d-9e4f-5a6b7c8d9e0f/cancel");
    assert_eq!(refused.await.problem(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(reader.stop().await.0, Some(0));
    assert_eq!(folder.postgres(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_of_a_killed_server_is_taken_over_by_the_next() {
    let folder = DataFolder::new();
    let server = folder.start().await;
    let id = server.submit(&books(1)).await;
    server.kill().await;
    let postgres = folder.postgres().unwrap();
    assert!(is_running(postgres));
    let server = folder.start().await;
    assert_eq!(folder.postgres(), Some(postgres));
    server.batch(&id).await;
    assert_eq!(server.stop().await.0, Some(0));
    gone(postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_power_cut_the_private_database_recovers() {
    let folder = DataFolder::new();
    let server = folder.start().await;
    let id = server.submit(&books(3)).await;
    let batch = server.done_batch(&id).await;
    let postgres = folder.postgres().unwrap();
    kill(postgres, Signal::SIGKILL).unwrap();
    server.kill().await;
    let server = folder.start().await;
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
