//! Finding the programs of PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds `initdb`, `pg_ctl` and `postgres`.
#[derive(Debug, Clone)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// Looks in `POSTGRES_BIN_DIR`, the search path, where `pg_config` says, where Debian keeps versions (newest first), and where Homebrew
    /// does.
    pub(crate) fn find() -> Option<Self> {
        let named = std::env::var_os("POSTGRES_BIN_DIR").map(PathBuf::from);
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        let configured = Command::new("pg_config").arg("--bindir").output().ok();
        let configured = configured.and_then(|output| String::from_utf8(output.stdout).ok());
        named
            .into_iter()
            .chain(std::env::split_paths(&search_path))
            .chain(configured.map(|folder| PathBuf::from(folder.trim())))
            .chain(versions("/usr/lib/postgresql", ""))
            .chain(versions("/opt/homebrew/opt", "postgresql@"))
            .chain(versions("/usr/local/opt", "postgresql@"))
            .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
            .map(Self)
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.clone()
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }

    /// The major version, 16 for example.
    pub(crate) fn major_version(&self) -> Option<String> {
        let output = Command::new(self.path("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let number = text
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        Some(number.split('.').next()?.to_owned())
    }
}

/// The `bin` folders below a folder of versions, newest first.
fn versions(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(folder))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}
