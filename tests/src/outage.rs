//! A database that a test takes away and gives back, at an address that stays.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::Result;
use local_postgres::{Cluster, Options};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Database;
use crate::database::throw_away;

/// A cluster of its own, behind a line that can hang. It is gone a moment after the process is.
#[derive(Debug)]
pub struct FailingDatabase {
    options: Options,
    cluster: Cluster,
    database: Database,
    carries: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
}

impl FailingDatabase {
    /// A cluster that is reached.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub async fn start() -> Result<Self> {
        let options = throw_away()?;
        let cluster = Cluster::start(&options)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let carries = watch::Sender::new(true);
        let socket = options.data_dir.join(".s.PGSQL.5432");
        let acceptor = tokio::spawn(accept(listener, socket, carries.subscribe()));
        Ok(Self {
            options,
            cluster,
            database: Database {
                url: format!("postgres://arbitragevault@{address}/postgres?sslmode=disable"),
            },
            carries,
            acceptor,
        })
    }

    /// Its database, at the end of the line.
    #[must_use]
    pub fn database(&self) -> Database {
        self.database.clone()
    }

    /// Stops PostgreSQL, as an administrator does who restarts it: every client is disconnected.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(&self) -> Result<()> {
        Ok(self.cluster.stop()?)
    }

    /// Starts PostgreSQL again.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.cluster = Cluster::start(&self.options)?;
        Ok(())
    }

    /// Lets the line hang: connections stay, and nothing passes.
    pub fn hang(&self) {
        self.carries.send_replace(false);
    }

    /// Lets the line carry again what was held back.
    pub fn go_on(&self) {
        self.carries.send_replace(true);
    }
}

impl Drop for FailingDatabase {
    fn drop(&mut self) {
        self.acceptor.abort();
        // One that the test stopped is stopped already.
        let _ = self.cluster.stop();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, carries: watch::Receiver<bool>) {
    while let Ok((client, _)) = listener.accept().await {
        let socket = socket.clone();
        let carries = carries.clone();
        tokio::spawn(async move {
            // Where nobody listens, the client finds its connection closed.
            let Ok(server) = UnixStream::connect(socket).await else {
                return;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(carry(from_client, to_server, carries.clone()));
            carry(from_server, to_client, carries).await;
        });
    }
}

/// Carries what comes from one side to the other, while the line carries at all.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut carries: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..count) else {
            return;
        };
        if carries.wait_for(|carries| *carries).await.is_err() || to.write_all(bytes).await.is_err()
        {
            return;
        }
    }
}
