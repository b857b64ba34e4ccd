//! A throw-away PostgreSQL cluster for one test binary, with a database of its own for each test.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use local_postgres::{Cluster, Options};

/// Waits for the process `$1` to end, then stops the server whose data lies in `$2` and removes that folder's parent. A static is
/// never dropped, and a test binary can be killed; this outlives both.
const CLEAN_UP: &str = r#"
while kill -0 "$1" 2>/dev/null; do sleep 1; done
server=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && kill -INT "$server"
while [ -n "$server" ] && kill -0 "$server" 2>/dev/null; do sleep 1; done
rm -rf "$(dirname "$2")"
"#;

/// The cluster of this test binary.
#[derive(Debug)]
pub struct Databases {
    cluster: Cluster,
    made: AtomicU32,
}

/// An empty database.
#[derive(Debug, Clone)]
pub struct Database {
    /// Where it is reached.
    pub url: String,
}

/// The cluster of this process, started when it is first asked for. It is gone a moment after the process is.
///
/// # Errors
/// When PostgreSQL is not installed or does not start.
pub fn databases() -> Result<&'static Databases> {
    static DATABASES: OnceLock<Result<Databases, String>> = OnceLock::new();
    DATABASES
        .get_or_init(|| Databases::start().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))
}

impl Databases {
    fn start() -> Result<Self> {
        Ok(Self {
            cluster: Cluster::start(&throw_away()?)?,
            made: AtomicU32::new(0),
        })
    }

    /// A new and empty database.
    ///
    /// # Errors
    /// When the cluster is not reached.
    pub async fn create(&self) -> Result<Database> {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let url = self.cluster.url("postgres");
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(connection);
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await?;
        drop(client);
        driver.await??;
        Ok(Database {
            url: self.cluster.url(&name),
        })
    }
}

/// A folder for a cluster of this process. What lies in it, and a server that runs on it, are gone a moment after the process is.
pub(crate) fn throw_away() -> Result<Options> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
    .context("no temporary folder")?
    .keep();
    // The server may run as another user, who must reach its data.
    std::fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
    let data_dir = folder.join("data");
    Command::new("sh")
        .args(["-c", CLEAN_UP, "sh"])
        .arg(std::process::id().to_string())
        .arg(&data_dir)
        // The signal that a terminal sends to stop the tests must not stop the cleaning up.
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("nobody would clean up")?;
    Ok(Options {
        data_dir,
        throw_away: true,
        max_connections: 200,
    })
}
