//! The machine: PostgreSQL's programs, ports and disks.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::Finding;
use crate::config::Config;
use crate::database::data_dir;

/// Below this a disk is soon full: a list of 10,000 books takes some 100 MB (grade M).
const LITTLE_BYTES: u64 = 2 << 30;

/// Below this PostgreSQL may refuse to write at any moment (grade M).
const FULL_BYTES: u64 = 100 << 20;

/// The programs of PostgreSQL, which a server without a database of its own needs.
pub(super) fn programs(config: &Config) -> Finding {
    const CHECK: &str = "PostgreSQL programs";
    let installed = local_postgres::installation();
    let has_database = config.database.url.get().is_some();
    match installed {
        Some(found) => {
            let version = found
                .version
                .map_or_else(String::new, |it| format!(" {it}"));
            Finding::ok(
                CHECK,
                format!("version{version} in {}", found.folder.display()),
            )
        }
        None if has_database => Finding::ok(CHECK, "none, and none needed: DATABASE_URL is set"),
        None => Finding::problem(
            CHECK,
            "none were found",
            "install the package `postgresql`, or set DATABASE_URL",
        ),
    }
}

/// The ports that the server listens on.
pub(super) async fn ports(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Ok(host) = config.server.host.parse() {
        let address = SocketAddr::new(host, config.server.port);
        findings.push(port("port", address, "server.port (PORT)").await);
    }
    if let Some(address) = config.metrics.address() {
        findings.push(port("port of the metrics", address, "metrics.address").await);
    }
    findings
}

async fn port(check: &'static str, address: SocketAddr, setting: &str) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok(check, format!("{address} is free")),
        Err(_) if is_ours(address).await => Finding::ok(
            check,
            format!("a server of ArbitrageVault runs on {address}"),
        ),
        Err(error) => Finding::problem(
            check,
            format!("cannot listen on {address}: {error}"),
            format!("stop what uses it, or set {setting} to another"),
        ),
    }
}

/// Whether what listens answers as our server does.
async fn is_ours(address: SocketAddr) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.ok()?;
        let mut answer = Vec::new();
        stream.take(4_096).read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8(answer).ok()?;
        Some(answer.contains("x-request-id") && answer.ends_with(r#"{"status":"OK"}"#))
    };
    let answered = tokio::time::timeout(std::time::Duration::from_secs(2), asked).await;
    answered.ok().flatten().unwrap_or(false)
}

/// The disks that the server writes to.
pub(super) fn disks(config: &Config) -> Vec<Finding> {
    let data = config
        .database
        .url
        .get()
        .is_none()
        .then(|| data_dir(&config.database).ok())
        .flatten();
    let logs = Some(config.log.folder.clone()).filter(|folder| !folder.as_os_str().is_empty());
    let data = data.map(|folder| disk("disk of the data", folder));
    let logs = logs.map(|folder| disk("disk of the logs", folder));
    data.into_iter().chain(logs).collect()
}

fn disk(check: &'static str, folder: PathBuf) -> Finding {
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    // A folder that the server will make lies on the disk of its nearest parent.
    let existing = folder.ancestors().find(|folder| folder.exists());
    let free = existing.and_then(free_bytes);
    let Some(free) = free else {
        let told = format!("cannot look at {}", folder.display());
        return Finding::warning(check, told, "check that it can be read");
    };
    let told = format!("{} MiB free at {}", free >> 20, folder.display());
    if free < FULL_BYTES {
        Finding::problem(check, told, "make room")
    } else if free < LITTLE_BYTES {
        Finding::warning(check, told, "make room soon")
    } else {
        Finding::ok(check, told)
    }
}

#[allow(
    clippy::useless_conversion,
    reason = "of the types of statvfs some are narrower on other systems"
)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = statvfs(folder).ok()?;
    let blocks = u64::from(disk.blocks_available());
    Some(blocks.saturating_mul(u64::from(disk.fragment_size())))
}
