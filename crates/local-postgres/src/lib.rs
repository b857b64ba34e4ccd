//! A private PostgreSQL cluster started from the binaries that are installed on this machine.
//!
//! It listens on a Unix socket in the folder of its data, which only the owner may enter: no port, no password, and a fifth less work for
//! each query than over loopback TCP (ADR 7). As root it runs as the user `postgres` or `nobody`, since PostgreSQL refuses to run as root.

mod binaries;

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Uid, User};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use binaries::Binaries;

/// The socket is named after the default port.
const SOCKET: &str = ".s.PGSQL.5432";

/// The longest path of a socket on Linux; macOS takes 103 (`sun_path` of unix(7) less its end).
const LONGEST_SOCKET: usize = 103;

/// How a cluster is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where its data is; made when it does not exist.
    pub data_dir: PathBuf,
    /// `true` for data that nobody needs after a crash: faster, and for tests only.
    pub throw_away: bool,
    /// Connections at most.
    pub max_connections: u16,
}

/// Why a cluster cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The programs of PostgreSQL are not installed.
    #[error(
        "no PostgreSQL programs were found: install the package `postgresql` (Debian, Ubuntu: `apt install postgresql`; macOS: `brew install postgresql@16`), set POSTGRES_BIN_DIR to the folder of `initdb`, or set DATABASE_URL to use a database of your own"
    )]
    NotInstalled,
    /// As root there must be another user to run as.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`"
    )]
    NoUser,
    /// The folder cannot be used.
    #[error("cannot use {path}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The path of the folder leaves no room for the socket in it.
    #[error(
        "{path} is too long by {excess} characters for a socket in it: set database.data_dir to a shorter one"
    )]
    TooLong {
        /// The folder.
        path: PathBuf,
        /// Characters too many.
        excess: usize,
    },
    /// A program of PostgreSQL cannot be run.
    #[error("cannot run {program}")]
    Program {
        /// The program.
        program: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// The cluster seems to run, and does not answer.
    #[error(
        "PostgreSQL seems to run on this data, but does not answer: stop it, or remove {path} if the process in it is another program"
    )]
    NoAnswer {
        /// Its pid file.
        path: PathBuf,
    },
    /// The data was made by another major version.
    #[error(
        "the data in {path} was made by PostgreSQL {data}, but version {program} is installed: install version {data}, or move the folder away"
    )]
    OtherVersion {
        /// The data.
        path: PathBuf,
        /// Version of the data.
        data: String,
        /// Version of the programs.
        program: String,
    },
}

/// How long a cluster that seems to run has to answer: as long as `pg_ctl` waits for a start.
const TAKE_OVER: Duration = Duration::from_secs(60);

/// How often it is asked.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    binaries: Binaries,
    data_dir: PathBuf,
    owner: Option<User>,
    was_running: bool,
}

impl Cluster {
    /// Starts the cluster, or takes over the one that runs on this data already. Makes it when the folder is empty.
    ///
    /// # Errors
    /// When the programs are missing, or the folder cannot be used.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let binaries = Binaries::find().ok_or(Error::NotInstalled)?;
        let owner = if Uid::effective().is_root() {
            Some(unprivileged()?)
        } else {
            None
        };
        let mut cluster = Self {
            binaries,
            data_dir: absolute(&options.data_dir)?,
            owner,
            was_running: false,
        };
        cluster.check_length()?;
        cluster.make_folder(&cluster.data_dir)?;
        if !cluster.data_dir.join("PG_VERSION").exists() {
            cluster.init()?;
        }
        cluster.check_version()?;
        let data_dir = cluster.data_dir.display();
        if cluster.answers()? {
            tracing::info!(%data_dir, "found the private PostgreSQL running");
            cluster.was_running = true;
        } else {
            cluster.launch(options)?;
            tracing::info!(%data_dir, "started a private PostgreSQL");
        }
        Ok(cluster)
    }

    /// The URL of one of its databases. Its host is the folder of the socket, percent-encoded.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = percent_encode(self.data_dir.as_os_str().as_bytes(), NON_ALPHANUMERIC);
        format!("postgres://arbitragevault@{folder}/{database}?sslmode=disable")
    }

    /// Whether it ran already: somebody else may use it.
    #[must_use]
    pub const fn was_running(&self) -> bool {
        self.was_running
    }

    /// Stops it; clients are disconnected and what was committed is on disk.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(&self) -> Result<(), Error> {
        self.run(
            "pg_ctl",
            &["stop", "-m", "fast", "-w", "-D", &text(&self.data_dir)],
        )
    }

    fn check_length(&self) -> Result<(), Error> {
        let length = self.data_dir.join(SOCKET).as_os_str().len();
        match length.saturating_sub(LONGEST_SOCKET) {
            0 => Ok(()),
            excess => Err(Error::TooLong {
                path: self.data_dir.clone(),
                excess,
            }),
        }
    }

    fn make_folder(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Folder {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        self.give(path)
    }

    /// Makes the unprivileged user the owner of a path.
    fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(owner) = &self.owner else {
            return Ok(());
        };
        chown(path, Some(owner.uid.as_raw()), Some(owner.gid.as_raw())).map_err(|source| {
            Error::Folder {
                path: path.to_owned(),
                source,
            }
        })
    }

    fn init(&self) -> Result<(), Error> {
        self.run(
            "initdb",
            &[
                "-D",
                &text(&self.data_dir),
                "-U",
                "arbitragevault",
                // Whoever reaches the socket owns the folder around it.
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
            ],
        )
    }

    fn check_version(&self) -> Result<(), Error> {
        let data = read(&self.data_dir.join("PG_VERSION"))?.trim().to_owned();
        let program = self
            .binaries
            .major_version()
            .unwrap_or_else(|| data.clone());
        if data == program {
            return Ok(());
        }
        Err(Error::OtherVersion {
            path: self.data_dir.clone(),
            data,
            program,
        })
    }

    /// Whether a cluster runs on this data. One that is just starting, or ending, is waited for.
    fn answers(&self) -> Result<bool, Error> {
        let deadline = Instant::now() + TAKE_OVER;
        while self.is_running() {
            if UnixStream::connect(self.data_dir.join(SOCKET)).is_ok() {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Err(Error::NoAnswer {
                    path: self.data_dir.join("postmaster.pid"),
                });
            }
            thread::sleep(LOOK_AGAIN);
        }
        Ok(false)
    }

    /// Whether the process of the pid file runs.
    fn is_running(&self) -> bool {
        self.run("pg_ctl", &["status", "-D", &text(&self.data_dir)])
            .is_ok()
    }

    fn launch(&self, options: &Options) -> Result<(), Error> {
        let safety = if options.throw_away {
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        } else {
            ""
        };
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections={} {safety}",
            text(&self.data_dir),
            options.max_connections
        );
        let log = self.data_dir.join("postgresql.log");
        self.run(
            "pg_ctl",
            &[
                "start",
                "-w",
                "-D",
                &text(&self.data_dir),
                "-l",
                &text(&log),
                "-o",
                &settings,
            ],
        )
    }

    /// Runs a program of PostgreSQL as the owner of the data. Its output goes to a file: a server that it leaves behind would keep a pipe open.
    fn run(&self, program: &'static str, arguments: &[&str]) -> Result<(), Error> {
        let failed = |source| Error::Program { program, source };
        let mut command = Command::new(self.binaries.path(program));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env("LC_ALL", "C");
        // A working directory that the unprivileged user may enter.
        command.current_dir("/");
        if let Some(owner) = &self.owner {
            command.uid(owner.uid.as_raw()).gid(owner.gid.as_raw());
        }
        // A server must outlive the signal that a terminal sends to its foreground processes.
        command.process_group(0);
        let mut output = tempfile::tempfile().map_err(failed)?;
        command.stdout(output.try_clone().map_err(failed)?);
        command.stderr(output.try_clone().map_err(failed)?);
        let status = command.status().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        let mut said = String::new();
        io::Seek::rewind(&mut output).map_err(failed)?;
        io::Read::read_to_string(&mut output, &mut said).map_err(failed)?;
        Err(Error::Failed {
            program,
            output: said.trim().to_owned(),
        })
    }
}

fn unprivileged() -> Result<User, Error> {
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .ok_or(Error::NoUser)
}

/// The programs run in another working directory than the caller.
fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|source| Error::Folder {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Folder {
        path: path.to_owned(),
        source,
    })
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_made_found_running_again_and_stopped() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let options = Options {
            data_dir: folder.path().join("data"),
            throw_away: true,
            max_connections: 20,
        };
        let first = Cluster::start(&options).unwrap();
        let second = Cluster::start(&options).unwrap();
        assert_eq!(first.url("postgres"), second.url("postgres"));
        second.stop().unwrap();
        assert!(!first.is_running());
    }

    #[test]
    fn a_folder_with_too_long_a_name_is_refused_before_anything_is_made() {
        let options = Options {
            data_dir: PathBuf::from("/tmp").join("x".repeat(100)),
            throw_away: true,
            max_connections: 20,
        };
        let error = Cluster::start(&options).unwrap_err();
        assert!(
            matches!(error, Error::TooLong { excess: 16, .. }),
            "{error}"
        );
        assert!(!options.data_dir.exists());
    }
}
