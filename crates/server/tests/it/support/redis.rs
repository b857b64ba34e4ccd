//! A Redis that a test takes away and gives back, at an address that stays.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::eventually;

/// A Redis of its own, at a socket in a folder of its own. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct TestRedis {
    program: PathBuf,
    folder: TempDir,
    child: Option<Child>,
}

impl TestRedis {
    /// A Redis that answers; `None`, which is said, where the program is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("SKIPPED: redis-server is not installed (apt install redis-server)");
            return None;
        };
        let mut redis = Self {
            program,
            folder: TempDir::new().unwrap(),
            child: None,
        };
        redis.restart().await;
        Some(redis)
    }

    /// Starts it again, empty.
    pub(crate) async fn restart(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["--port", "0", "--save", "", "--appendonly", "no"]);
        command.arg("--unixsocket").arg(self.socket());
        command.arg("--dir").arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null());
        self.child = Some(command.kill_on_drop(true).spawn().unwrap());
        eventually("Redis answers", async || {
            (self.run(&["PING"]).await == "PONG").then_some(())
        })
        .await;
    }

    /// What `REDIS_URL` is.
    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().await.unwrap();
    }

    /// Lets it hang: it takes connections, and answers nothing.
    pub(crate) fn hang(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it answer again.
    pub(crate) fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// What a command answers.
    pub(crate) async fn run(&self, command: &[&str]) -> String {
        let output = self.client().args(command).output().await.unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The client program, for commands that go on.
    pub(crate) fn client(&self) -> Command {
        let mut command = Command::new("redis-cli");
        command.arg("-s").arg(self.socket());
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.as_ref().unwrap().id().unwrap();
        kill(Pid::from_raw(id.try_into().unwrap()), signal).unwrap();
    }
}

/// Where the program is installed.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path);
    folders
        .map(|folder| folder.join("redis-server"))
        .find(|program: &PathBuf| Path::is_file(program))
}
